import { intOf } from '../onnx/attributes.ts';
import { inputOf, outputOf } from '../onnx/graphView.ts';
import { is } from '../onnx/operators.ts';
import { sizeOf } from '../onnx/tensor.ts';
import type { Classifier } from './classifier.ts';
import { nodesOnTheWay } from './layer.ts';

/**
 * Multiplications of one forward pass of one image, in convolutions and matrix products: what nearly all of its time goes
 * into. It follows from the graph alone, so that what is chosen by it is the same on every machine.
 */
export function multiplications(classifier: Classifier): number {
  const { facts, inputName } = classifier;
  const rows = facts.get(inputName)?.dims[0] ?? 1;
  const dimsOf = (name: string) => facts.get(name)?.dims ?? classifier.model.graph.initializers.get(name)?.dims ?? [];
  let sum = 0;
  for (const node of nodesOnTheWay(classifier)) {
    if (!is(node, 'convolution', 'matrix product')) continue;
    const [first, second] = [dimsOf(inputOf(node, 0)), dimsOf(inputOf(node, 1))];
    const made = sizeOf(dimsOf(outputOf(node))) / rows;
    // Each element made is a sum over what a filter sees; of a transposed one, each element read is spread over it.
    if (node.op === 'ConvTranspose') sum += (sizeOf(first) / rows) * sizeOf(second.slice(1));
    else if (is(node, 'convolution')) sum += made * sizeOf(second.slice(1));
    // Of an Einsum, whose equation says what is summed over, the last axis of its first factor is taken for it.
    else sum += made * (first.at(node.op === 'Gemm' && intOf(node, 'transA', 0) !== 0 ? -2 : -1) ?? 1);
  }
  return sum;
}

/** A forward pass of a large model takes a tenth of a second and more on two cores: explanations of it are to ask sparingly. */
export function isLarge(classifier: Classifier): boolean {
  return multiplications(classifier) > 1e9;
}
