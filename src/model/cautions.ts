import type { Facts } from '../onnx/facts.ts';
import type { Graph } from '../onnx/graph.ts';
import { viewOf } from '../onnx/graphView.ts';
import { is } from '../onnx/operators.ts';
import type { FoundScores } from './findScores.ts';
import type { InputDescription } from './inputDescription.ts';

/** What was assumed of a model whose output could be read in another way, in sentences. */
export function outputCautions(
  { graph, facts, output }: { readonly graph: Graph; readonly facts: Facts; readonly output: string },
  { scores, constant }: FoundScores,
  isTrainedHere: boolean,
): string[] {
  const { width, before, labels } = scores;
  const isProbability = before !== undefined || scores.probabilities === true;
  const dims = positionsOf(graph, facts, output);
  return [
    constant !== undefined &&
      `The output "${output}" is always ${constant}, whatever the image: its last step leaves nothing that a pixel could change (a softmax over one class is 1). There is nothing to explain; name a value before that step with --output NAME.`,
    labels === true &&
      `The model gives each of its ${width} classes a probability of its own (${before === undefined ? 'its outputs do not depend on each other' : `a ${before} each`}): they are independent labels, of which an image may have several, or none. Where one of them is asked for, it is the one with the largest score.`,
    width === 1 &&
      !isProbability &&
      scores.logits !== 'said' &&
      !isTrainedHere &&
      `The model's single output has no sigmoid: it was read as a logit of two classes, 0 for negative and 1 for positive numbers. If the model is a regression, "class 1" stands for its output, and the decision means nothing.`,
    dims !== undefined &&
      `The ${width} numbers of the output come from values of several positions, [${dims}] an image: each number was read as a class. If the model is a detector or gives a class for each position, the decision means nothing; name a value with one number for each class with --output NAME.`,
  ].filter((caution) => caution !== false);
}

/** The shape of a value with classes and positions, or boxes, that an output only rearranges; undefined where there is none. */
export function positionsOf(graph: Graph, facts: Facts, output: string): readonly number[] | undefined {
  const waiting = [output];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const dims = facts.get(name)?.dims.slice(1) ?? [];
    if (dims.filter((dim) => dim !== 1).length > 1) return dims;
    const node = viewOf(graph).maker(name);
    if (node && (is(node, 'reshape', 'probability') || ['Tanh', 'Relu', 'Transpose', 'Concat'].includes(node.op))) {
      waiting.push(...(node.op === 'Concat' ? node.inputs : node.inputs.slice(0, 1)));
    }
  }
  return undefined;
}

/** Means and standard deviations that belong to pixels of another range than they are used with. */
export function inputCautions({ scale, mean, std }: InputDescription): string[] {
  const top = Math.abs(255 * scale);
  const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
  const smallest = (values: readonly number[]) => Math.min(...values.map(Math.abs));
  const given = `mean ${mean.join(', ')} and std ${std.join(', ')}`;
  const range = `pixels times ${Number(scale.toPrecision(4))} are 0 to ${Number(top.toPrecision(4))}`;
  const tooLarge = largest(mean) > 1.5 * top || smallest(std) > 4 * top;
  const tooSmall = top >= 64 && ((largest(mean) > 0 && largest(mean) <= 1) || smallest(std) < 1);
  if (top > 0 && tooLarge) {
    return [
      `Check the input's ${given}: ${range}, and these are of pixels 0 to 255, it seems. Divide them by 255, or give --scale 1.`,
    ];
  }
  if (tooSmall) {
    return [
      `Check the input's ${given}: ${range}, and these are of pixels 0 to 1, it seems. Give --scale 1/255, or multiply them by 255.`,
    ];
  }
  if (top > 10_000) return [`Check the input's scale: ${range}. It is a factor: to divide by 255, give 1/255.`];
  return [];
}
