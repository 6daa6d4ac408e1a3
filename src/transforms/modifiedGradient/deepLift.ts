import type { Node } from '../../onnx/graph.ts';
import { callFor } from '../gradient/gradient.ts';
import type { Answer, Call, GradientTable, RuleAnswer } from '../gradient/rule.ts';
import { elementwiseFunctions } from '../relevance/operators.ts';

/** What a node is to DeepLIFT: a function of each element, a choice of maxima, or what has its plain gradient. */
export type DeepLiftKind = 'rescale' | 'max-pooling' | 'gradient';

const maxima: ReadonlySet<string> = new Set(['MaxPool', 'GlobalMaxPool']);
const linear: ReadonlySet<string> = new Set(['Neg', 'QuantizeLinear', 'DequantizeLinear']);

/** @param isData whether a value depends on the pixels. */
export function deepLiftKind({ domain, op, inputs }: Node, isData: (name: string) => boolean): DeepLiftKind {
  if (domain !== '') return 'gradient';
  if (maxima.has(op)) return 'max-pooling';
  const isFunction = elementwiseFunctions.has(op) && !linear.has(op);
  return isFunction && isData(inputs[0] ?? '') && !inputs.slice(1).some(isData) ? 'rescale' : 'gradient';
}

/**
 * Multipliers in place of gradients, Shrikumar, Greenside & Kundaje 2017, as Captum takes them: each operator is compared
 * with what it does on the baseline, and m dx = m dy for the differences dx and dy to it.
 * @param inCopy the name of a value in the forward copy for the baseline, see addForwardCopy.
 */
export function deepLiftAnswers(
  table: GradientTable,
  kindOf: (node: Node) => DeepLiftKind,
  inCopy: (name: string) => string,
): (node: Node) => Answer | undefined {
  return (node) => {
    const own = table[node.op];
    const kind = kindOf(node);
    if (own?.kind !== 'rule' || kind === 'gradient') return undefined;
    const multiplier = kind === 'rescale' ? rescale : maximumRule;
    return { ...own, rule: (call) => [() => multiplier(call, own, inCopy)] };
  };
}

/** Differences below it count as none, and the plain gradient is taken: Captum's bound. */
const negligible = 1e-10;

/** value / dx, and the plain gradient where dx is negligible. */
function perDifference({ ops, builder }: Call, value: string, difference: string, gradient: string): string {
  const none = ops.Less(ops.Abs(difference), builder.scalar(negligible));
  return ops.Where(none, gradient, ops.Div(value, ops.Where(none, builder.scalar(1), difference)));
}

/** The rescale rule: m_x = m_y (y - y') / (x - x'). */
function rescale(call: Call, own: RuleAnswer, inCopy: (name: string) => string): string {
  const { ops, dy } = call;
  const [x = ''] = call.x;
  const [y = ''] = call.y;
  const gradient = own.rule(call)[0]?.() ?? dy;
  const change = ops.Sub(y, inCopy(y));
  return perDifference(call, ops.Mul(dy, change), ops.Sub(x, inCopy(x)), gradient);
}

/**
 * Captum's rule for max pooling. With M = max(y, y'), the image's winner answers for the rise M - y', the baseline's for
 * the fall y - M: m_x = (put back (m_y (M - y')) to where y won + put back (m_y (y - M)) to where y' won) / (x - x').
 * Where windows overlap, what is put back is added up.
 */
function maximumRule(call: Call, own: RuleAnswer, inCopy: (name: string) => string): string {
  const { ops, dy, builder, node } = call;
  const [x = ''] = call.x;
  const [y = ''] = call.y;
  const [xReference, yReference] = [inCopy(x), inCopy(y)];
  const twin = builder.nodes.find(({ outputs }) => outputs[0] === yReference) ?? node;
  const originals = new Map([
    [xReference, x],
    [yReference, y],
  ]);
  const facts = (name: string) => call.facts(originals.get(name) ?? name);
  const putBack = (to: Call, value: string) => own.rule({ ...to, dy: value, dys: [value] })[0]?.() ?? value;
  const higher = ops.Max(y, yReference);
  const rise = putBack(call, ops.Mul(dy, ops.Sub(higher, yReference)));
  const fall = putBack(callFor(builder, twin, [dy], facts), ops.Mul(dy, ops.Sub(y, higher)));
  return perDifference(call, ops.Add(rise, fall), ops.Sub(x, xReference), putBack(call, dy));
}
