import type { Facts } from '../../onnx/facts.ts';
import type { Graph } from '../../onnx/graph.ts';
import { explicitWindows } from './explicitWindows.ts';
import { padBeforeMaxPool } from './padBeforeMaxPool.ts';
import { unrollRecurrent } from './recurrent/unroll.ts';

/**
 * The same computation with everything written out that gradients and relevance could not pass through otherwise, or not
 * rightly: where windows lie, and recurrent layers step by step; and what ONNX Runtime's optimisation would get wrong without a word. That it is the same has to be proved by running it.
 * @param facts of every value that was in the model, from a probe.
 */
export function expandOperators(graph: Graph, facts: Facts): Graph {
  return padBeforeMaxPool(unrollRecurrent(explicitWindows(graph, facts), facts), facts);
}
