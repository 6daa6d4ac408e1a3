import { isFloat } from '../../onnx/elementType.ts';
import { UnknownValueError } from '../../onnx/errors.ts';
import type { Facts } from '../../onnx/facts.ts';
import { type Graph, type Node, reads } from '../../onnx/graph.ts';
import { reservedPrefix } from '../../onnx/graphBuilder.ts';
import { nodesView, viewOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { type Answer, answerIn, type GradientTable } from './rule.ts';

/** The part of a graph that changes smoothly with some values. */
interface Flow {
  /** The nodes that such a change passes through, in the graph's order. */
  readonly nodes: readonly Node[];
  /** The values that change, those it starts from included. */
  readonly active: ReadonlySet<string>;
  /** The values of `active` whose integers stand for real numbers. */
  readonly quantized: ReadonlySet<string>;
}

/**
 * Follows small changes of the values `from` through nodes in topological order: through every operator with a gradient rule (or
 * none yet), to outputs of real numbers or of quantised ones.
 */
export function flowFrom(
  from: readonly string[],
  nodes: readonly Node[],
  facts: Facts,
  answerTo: (node: Node) => Answer,
): Flow {
  const quantized = new Set<string>();
  const { nodes: passed, values: active } = nodesView(nodes).downstream(from, (node) => {
    const answer = answerTo(node);
    if (answer.kind === 'none') return [];
    // Whatever reads quantised numbers has to say what it does with their gradient, its integers included.
    const quantizes = answer.kind === 'rule' && answer.quantizes === true;
    const integersToo = quantizes || reads(node).some((name) => quantized.has(name));
    // What no probe saw is no tensor (a sequence, say): it is followed to where it is refused by name.
    const unseen = (name: string) => answer.kind === 'forbidden' && !facts.has(name);
    const constants = answer.kind === 'rule' ? (answer.constants ?? []) : [];
    const outputs = node.outputs.filter(
      (name, i) =>
        name !== '' &&
        !constants.includes(i) &&
        (unseen(name) || (!wasAskedFor(name, facts) && (integersToo || isFloat(typeOf(name, facts))))),
    );
    for (const output of outputs) if (!unseen(output) && !isFloat(typeOf(output, facts))) quantized.add(output);
    return outputs;
  });
  return { nodes: passed, active, quantized };
}

function typeOf(name: string, facts: Facts) {
  const known = facts.get(name);
  if (!known) throw new UnknownValueError(name);
  return known.type;
}

/** Whether this is an optional output that a rule of an earlier backward pass asked for: indices, which nothing probed. */
function wasAskedFor(output: string, facts: Facts): boolean {
  return output.startsWith(reservedPrefix) && !facts.has(output);
}

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
