import type { Facts } from '../../onnx/facts.ts';
import type { Graph } from '../../onnx/graph.ts';
import { prune } from '../../onnx/prune.ts';
import { mergeBatchNormalization } from './batchNormalization.ts';
import { mergeBias } from './bias.ts';
import type { Canonizer } from './canonizer.ts';
import { spellOutLayerNormalization } from './layerNormalization.ts';

/** Before relevance: biases first, so that a batch normalisation after one meets its layer. */
const canonizers: readonly Canonizer[] = [mergeBias, mergeBatchNormalization, spellOutLayerNormalization];

/**
 * The graph in the form that relevance rules are made for. That it computes the same has to be proved by running it.
 * @param facts of every value; new values of the result are not among them.
 * @param keep values that must stay.
 */
export function canonize(graph: Graph, facts: Facts, keep: readonly string[]): Graph {
  const rewritten = canonizers.reduce((current, canonizer) => canonizer(current, facts, keep), graph);
  const outputs = [...new Set([...keep, ...graph.outputs.map(({ name }) => name)])];
  return prune(
    rewritten,
    outputs.map(
      (name) => graph.outputs.find((output) => output.name === name) ?? { name, type: undefined, dims: undefined },
    ),
    graph.inputs.map(({ name }) => name),
  );
}
