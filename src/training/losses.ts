import { elementTypeCode } from '../onnx/elementType.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { int64 } from '../onnx/tensor.ts';

/** What a training step minimises, as nodes: from what the model gives and what is right to a number and its gradient. */
export type Loss = ClassLoss | TargetLoss;

/** Of rows of scores [N, K]. */
export interface ClassLoss {
  readonly name: string;
  /** What the labels input is: a class number each, [N] int64, or a probability for each class, [N, K] float32. */
  readonly labels: 'classes' | 'distribution';
  readonly add: (builder: GraphBuilder, values: LossValues) => LossNodes;
}

/** Of a value of any shape [N, ...dims], with numbers to be compared with it. */
export interface TargetLoss {
  readonly name: string;
  readonly labels: 'targets';
  /** The shape of an image's targets, for that of what the model gives of an image. */
  readonly targetDims: (dims: readonly number[]) => readonly number[];
  readonly add: (builder: GraphBuilder, values: TargetLossValues) => LossNodes;
}

interface LossValues {
  readonly scores: string;
  readonly labels: string;
  /** K */
  readonly classes: number;
}

interface TargetLossValues {
  /** [N, ...dims] */
  readonly output: string;
  /** [N, ...targetDims(dims)] float32 */
  readonly targets: string;
  readonly dims: readonly number[];
}

interface LossNodes {
  /** The mean over the batch, a float32 scalar. */
  readonly loss: string;
  /** Its gradient with respect to the scores or the output, in their shape. */
  readonly gradient: string;
}

/**
 * Cross-entropy of the softmax of the scores: loss = -mean_n sum_k t_nk log p_nk, with t the labels (one-hot for class
 * numbers) and p = softmax(scores). Its gradient is (p - t) / N, as each row of t sums to 1.
 */
export function softmaxCrossEntropy(labels: ClassLoss['labels'] = 'classes'): ClassLoss {
  return {
    name: 'softmax cross-entropy',
    labels,
    add(builder, values) {
      const { ops } = builder;
      const truth = labels === 'classes' ? oneHot(builder, values.labels, values.classes) : values.labels;
      const logs = builder.add('LogSoftmax', [values.scores], { axis: 1 });
      const count = batchSize(builder, truth);
      const total = builder.add('ReduceSum', [ops.Mul(truth, logs)], { keepdims: 0 });
      return {
        loss: ops.Neg(ops.Div(total, count)),
        gradient: ops.Div(ops.Sub(ops.Exp(logs), truth), count),
      };
    },
  };
}

/** N of a value [N, ...], as a float32 scalar. */
export function batchSize(builder: GraphBuilder, value: string): string {
  return toFloat(builder, builder.add('Squeeze', [builder.add('Shape', [value], { start: 0, end: 1 })]));
}

/** [N] class numbers as [N, K] of 0 and 1. */
export function oneHot(builder: GraphBuilder, labels: string, classes: number): string {
  const numbers = int64(
    Array.from({ length: classes }, (_, i) => i),
    [1, classes],
  );
  const column = builder.ops.Unsqueeze(labels, builder.ints([1]));
  return toFloat(builder, builder.ops.Equal(column, builder.constant(numbers, 'classes')));
}

export function toFloat(builder: GraphBuilder, value: string): string {
  return builder.add('Cast', [value], { to: elementTypeCode('float32') });
}
