import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { float32, sizeOf } from '../onnx/tensor.ts';
import { batchSize, type TargetLoss, toFloat } from './losses.ts';

/* What training minimises where not a class is learned, but a number, several labels, a class for each pixel, or boxes. */

const same = (dims: readonly number[]) => dims;

/** loss = mean (y - t)^2 over all numbers of all images; gradient 2 (y - t) / count. */
export function meanSquaredError(): TargetLoss {
  return {
    name: 'mean squared error',
    labels: 'targets',
    targetDims: same,
    add(builder, { output, targets, dims }) {
      const { ops } = builder;
      const count = countOf(builder, output, sizeOf(dims));
      const error = ops.Sub(output, targets);
      return {
        loss: ops.Div(sum(builder, ops.Mul(error, error)), count),
        gradient: ops.Div(ops.Mul(error, builder.scalar(2)), count),
      };
    },
  };
}

/**
 * Cross-entropy of each label by itself, z being its logit: loss = -mean (t log s(z) + (1 - t) log(1 - s(z))), s the sigmoid;
 * gradient (s(z) - t) / count.
 */
export function sigmoidCrossEntropy(): TargetLoss {
  return {
    name: 'sigmoid cross-entropy',
    labels: 'targets',
    targetDims: same,
    add(builder, { output, targets, dims }) {
      const { ops } = builder;
      const count = countOf(builder, output, sizeOf(dims));
      const { loss, gradient } = binaryCrossEntropy(builder, output, targets);
      return { loss: ops.Div(sum(builder, loss), count), gradient: ops.Div(gradient, count) };
    },
  };
}

/**
 * Softmax cross-entropy over the classes at each pixel: scores [N, K, h, w], targets [N, 1, h, w] class numbers. The mean over
 * pixels and images; gradient (p - t) / count, p the softmax and t 1 for the right class.
 */
export function pixelCrossEntropy(): TargetLoss {
  return {
    name: 'softmax cross-entropy of each pixel',
    labels: 'targets',
    targetDims: ([, ...spatial]) => [1, ...spatial],
    add(builder, { output, targets, dims }) {
      const { ops } = builder;
      const [classes = 1, ...spatial] = dims;
      const numbers = float32(
        [1, classes, ...spatial.map(() => 1)],
        Float32Array.from({ length: classes }, (_, i) => i),
      );
      const truth = toFloat(builder, ops.Equal(targets, builder.constant(numbers, 'classes')));
      const logs = builder.add('LogSoftmax', [output], { axis: 1 });
      const count = countOf(builder, output, sizeOf(spatial));
      return {
        loss: ops.Neg(ops.Div(sum(builder, ops.Mul(truth, logs)), count)),
        gradient: ops.Div(ops.Sub(ops.Exp(logs), truth), count),
      };
    },
  };
}

/** How much an error of the sum counts against what the places say: less, for it is squared. */
const weightOfSum = 0.2;

/**
 * For a sum of parts: logits z [N, K, h, w], s(z) being how much of a part of kind k lies at a place, each worth `worths[k]`; targets t
 * of the same shape say it. Both are learned, what lies where and what it all is worth. With S the sum of worths[k] (s(z) - t) over an
 * image: loss = mean over images of (sum of the sigmoid cross-entropies + S^2 / 5); gradient of z
 * (s(z) - t + 2 / 5 S worths[k] s(z) (1 - s(z))) / N.
 */
export function sumOfPartsError(worths: readonly number[]): TargetLoss {
  return {
    name: 'sigmoid cross-entropy of the parts and squared error of their sum',
    labels: 'targets',
    targetDims: same,
    add(builder, { output, targets }) {
      const { ops } = builder;
      const count = batchSize(builder, output);
      const worth = builder.constant(float32([1, worths.length, 1, 1], worths), 'worths');
      const parts = binaryCrossEntropy(builder, output, targets);
      const error = builder.add('ReduceSum', [ops.Mul(parts.gradient, worth), builder.ints([1, 2, 3])], {
        keepdims: 1,
      });
      const weight = builder.scalar(weightOfSum);
      const shares = ops.Sigmoid(output);
      const slope = ops.Mul(worth, ops.Mul(shares, ops.Sub(builder.scalar(1), shares)));
      const squares = ops.Mul(sum(builder, ops.Mul(error, error)), weight);
      const ofSum = ops.Mul(ops.Mul(error, slope), builder.scalar(2 * weightOfSum));
      return {
        loss: ops.Div(ops.Add(sum(builder, parts.loss), squares), count),
        gradient: ops.Div(ops.Add(parts.gradient, ofSum), count),
      };
    },
  };
}

/** What `boxLoss` compares: the output's rows [x, y, width, height, K class logits], and one more for the targets. */
export const boxRows = 4;

/**
 * For a detector with one box a cell: output [N, 4 + K, cells], rows 0 to 3 centre and size in pixels, then a logit for each class.
 * Targets [N, 5 + K, cells]: the same with 1 for the right class, and at last 1 for a cell that has a box, 0 for others.
 * With P the cells that have one (at least 1):
 * loss = (sum of sigmoid cross-entropies over all cells and classes + sum of h((y - t) / unit) over boxes of cells that have one) / P,
 * h(d) = d^2 / 2 up to 1, from there |d| - 1/2 (Girshick 2015, smooth L1).
 * @param unit pixels, beyond which an error counts in proportion.
 */
export function boxLoss(unit: number): TargetLoss {
  return {
    name: 'smooth L1 of boxes and sigmoid cross-entropy of their classes',
    labels: 'targets',
    targetDims: ([rows = 0, ...cells]) => [rows + 1, ...cells],
    add(builder, { output, targets, dims }) {
      const { ops } = builder;
      const [rows = 0] = dims;
      const part = (value: string, from: number, to: number) =>
        builder.add('Slice', [value, builder.ints([from]), builder.ints([to]), builder.ints([1])]);
      const hasBox = part(targets, rows, rows + 1);
      const positives = ops.Max(sum(builder, hasBox), builder.scalar(1));
      const error = ops.Mul(ops.Sub(part(output, 0, boxRows), part(targets, 0, boxRows)), builder.scalar(1 / unit));
      const slope = ops.Max(ops.Min(error, builder.scalar(1)), builder.scalar(-1));
      const smooth = ops.Mul(slope, ops.Sub(error, ops.Mul(slope, builder.scalar(0.5))));
      const classes = binaryCrossEntropy(builder, part(output, boxRows, rows), part(targets, boxRows, rows));
      const boxes = ops.Mul(ops.Mul(slope, hasBox), builder.scalar(1 / unit));
      return {
        loss: ops.Div(ops.Add(sum(builder, classes.loss), sum(builder, ops.Mul(smooth, hasBox))), positives),
        gradient: ops.Div(builder.add('Concat', [boxes, classes.gradient], { axis: 1 }), positives),
      };
    },
  };
}

/** Elementwise, of logits z and truths t: max(z, 0) - z t + log(1 + e^-|z|), which does not overflow, and s(z) - t. */
function binaryCrossEntropy(builder: GraphBuilder, z: string, t: string) {
  const { ops } = builder;
  const small = ops.Log(ops.Add(ops.Exp(ops.Neg(ops.Abs(z))), builder.scalar(1)));
  const large = ops.Sub(ops.Max(z, builder.scalar(0)), ops.Mul(z, t));
  return { loss: ops.Add(large, small), gradient: ops.Sub(ops.Sigmoid(z), t) };
}

function sum(builder: GraphBuilder, value: string): string {
  return builder.add('ReduceSum', [value], { keepdims: 0 });
}

/** So many numbers for each image, times the images. */
function countOf(builder: GraphBuilder, output: string, each: number): string {
  return builder.ops.Mul(batchSize(builder, output), builder.scalar(each));
}
