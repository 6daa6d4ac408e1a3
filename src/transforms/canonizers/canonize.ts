import { prune } from '../../onnx/prune.ts';
import { mergeBatchNormalization } from './batchNormalization.ts';
import { mergeBias } from './bias.ts';
import type { Canonizer } from './canonizer.ts';
import { spellOutLayerNormalization } from './layerNormalization.ts';

/** Before relevance: biases first, so that a batch normalisation after one meets its layer. */
const canonizers: readonly Canonizer[] = [mergeBias, mergeBatchNormalization, spellOutLayerNormalization];

/**
 * The graph in the form that relevance rules are made for. That it computes the same has to be proved by running it.
 * Values that it adds are not among the facts; a batch normalisation of a value made of pixels alone stays where it is.
 */
export const canonize: Canonizer = (graph, facts, keep, ofPixels) => {
  const rewritten = canonizers.reduce((current, canonizer) => canonizer(current, facts, keep, ofPixels), graph);
  const outputs = [...new Set([...keep, ...graph.outputs.map(({ name }) => name)])];
  return prune(
    rewritten,
    outputs.map((name) => graph.outputs.find((output) => output.name === name) ?? { name }),
    graph.inputs.map(({ name }) => name),
  );
};
