import type { Model } from '../../src/onnx/graph.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';
import type { Array64, SlowAttributes } from '../slow/array64.ts';
import { evaluateSlow, type SlowNode } from '../slow/evaluate.ts';

type Weights = ReadonlyMap<string, Array64>;

export function toArray64({ dims, data }: Tensor): Array64 {
  return { dims, data: Float64Array.from(data as Float32Array) };
}

/** The float32 initializers in double precision. */
export function slowWeights(model: Model): Weights {
  return new Map([...model.graph.initializers].map(([name, t]) => [name, toArray64(t)]));
}

/** Mean softmax cross-entropy of class numbers, the whole network in double precision from the operators' definitions. */
export function slowLoss(model: Model, weights: Weights, images: Tensor, labels: readonly number[]): number {
  const nodes = model.graph.nodes.map(
    ({ op, inputs, outputs, attributes }): SlowNode => ({
      op,
      inputs,
      outputs,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, a]) => [name, 'value' in a ? a.value : 0]),
      ) as SlowAttributes,
    }),
  );
  const feeds = new Map([[model.graph.inputs[0]!.name, toArray64(images)]]);
  const scores = evaluateSlow(nodes, weights, feeds).get(model.graph.outputs[0]!.name)!;
  const classes = scores.data.length / labels.length;
  const losses = labels.map((label, n) => {
    const row = [...scores.data.slice(n * classes, (n + 1) * classes)];
    const largest = Math.max(...row);
    const logSum = largest + Math.log(row.reduce((sum, score) => sum + Math.exp(score - largest), 0));
    return logSum - row[label]!;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / labels.length;
}

/** dLoss/dWeight by a central difference; error of the order of h^2 away from kinks. */
export function slowGradient(
  model: Model,
  images: Tensor,
  labels: readonly number[],
  name: string,
  index: number,
  h = 1e-4,
): number {
  const weights = slowWeights(model);
  const old = weights.get(name)!;
  const at = (by: number) => {
    const moved = { ...old, data: old.data.with(index, old.data[index]! + by) };
    return slowLoss(model, new Map([...weights, [name, moved]]), images, labels);
  };
  return (at(h) - at(-h)) / (2 * h);
}
