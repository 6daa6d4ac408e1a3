import type { Graph, Node } from '../onnx/graph.ts';
import { input, viewOf } from '../onnx/graphView.ts';
import { UnsuitableModelError } from './errors.ts';
import { passing } from './head/readColumns.ts';

/** Operators after which only a decision is left: no small change of a score changes what they give. */
const deciding: ReadonlySet<string> = new Set([
  ...['ArgMax', 'ArgMin', 'TopK', 'Hardmax', 'OneHot', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal'],
  ...['Not', 'And', 'Or', 'Round', 'Floor', 'Ceil', 'Sign', 'NonMaxSuppression'],
]);

/** The node that decides, where an output is a decision and nothing else. */
export function decidingNode(graph: Graph, output: string): Node | undefined {
  const { maker } = viewOf(graph);
  let node = maker(output);
  while (node && passing.has(node.op)) node = maker(input(node, 0));
  return node?.domain === '' && deciding.has(node.op) ? node : undefined;
}

/** @throws UnsuitableModelError for an output that is a decision without the scores it rests on. */
export function checkHasScores(graph: Graph, output: string): void {
  const node = decidingNode(graph, output);
  if (!node) return;
  const before = input(node, 0);
  throw new UnsuitableModelError(
    `The output "${output}" is what ${node.op} makes of "${before}": the decision alone, which does not change with a pixel until it changes altogether. Name the value before it, which has the scores: --output ${before}`,
  );
}
