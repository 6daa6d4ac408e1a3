import type { Facts } from '../../onnx/facts.ts';
import { type Graph, type Node, reads } from '../../onnx/graph.ts';
import { viewOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { flowFrom } from './flow.ts';
import { answerIn, type GradientTable } from './rule.ts';

/**
 * The steps that every way from `input` to `value` leads over, where the gradient is zero for all inputs because of them:
 * operators whose result is piecewise constant (Sign, Round, a comparison before Where, a Cast to integers, ...), which the
 * input reaches with a slope and which `value` depends on.
 * @returns none where some way has a slope (which may still be zero for one input), or where `value` does not depend on the
 * elements of `input` at all.
 */
export function stepsWithoutSlope(
  graph: Graph,
  facts: Facts,
  input: string,
  value: string,
  table: GradientTable,
): readonly Node[] {
  const { active } = flowFrom([input], graph.nodes, facts, (node) => answerIn(table, node));
  if (active.has(value)) return [];
  // Behind a step the input's slope ends; what follows it only passes the step on.
  const isBlind = (node: Node) => is(node, 'of shapes') || node.op === 'ConstantOfShape';
  const needed = (node: Node) => (isBlind(node) ? [] : reads(node));
  return viewOf(graph)
    .upstream([value], (node) => needed(node).filter((name) => !active.has(name)))
    .filter((node) => needed(node).some((name) => active.has(name)));
}
