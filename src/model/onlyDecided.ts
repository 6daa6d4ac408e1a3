import type { Graph, Node } from '../onnx/graph.ts';
import { inputOf, viewOf } from '../onnx/graphView.ts';
import { is } from '../onnx/operators.ts';
import { UnsuitableModelError } from './errors.ts';

/** The node that decides, where an output is a decision and nothing else. */
export function decidingNode(graph: Graph, output: string): Node | undefined {
  const { maker } = viewOf(graph);
  let node = maker(output);
  while (node && is(node, 'reshape')) node = maker(inputOf(node, 0));
  return node && is(node, 'decision') ? node : undefined;
}

/** @throws UnsuitableModelError for an output that is a decision without the scores it rests on. */
export function checkHasScores(graph: Graph, output: string): void {
  const node = decidingNode(graph, output);
  if (!node) return;
  const before = inputOf(node, 0);
  throw new UnsuitableModelError(
    `The output "${output}" is what ${node.op} makes of "${before}": the decision alone, which does not change with a pixel until it changes altogether. Name the value before it, which has the scores: --output ${before}`,
  );
}
