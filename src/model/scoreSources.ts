import type { Facts } from '../onnx/facts.ts';
import type { Graph } from '../onnx/graph.ts';
import { findScores } from './findScores.ts';
import { isRow } from './outputShapes.ts';
import { scoreMap } from './reading/scoreMap.ts';

/** The values that the scores behind an output are computed from, so that they can be proved with it. */
export function scoreSources(graph: Graph, output: string, facts: Facts): readonly string[] {
  const dims = facts.get(output)?.dims.slice(1) ?? [];
  return isRow(dims) ? findScores(graph, output, facts).from : [scoreMap(graph, output, facts).name];
}
