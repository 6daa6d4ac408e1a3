import type { Node } from '../../onnx/graph.ts';
import { callFor } from '../gradient/gradient.ts';
import type { Answer, Call, GradientTable, RuleAnswer } from '../gradient/rule.ts';
import { elementwiseFunctions } from '../relevance/operators.ts';

/** What a node is to DeepLIFT: a function of each element, a choice of maxima, or what has its plain gradient. */
export type Treatment = 'rescale' | 'max-pooling' | 'gradient';

/**
 * Which max pooling has the max-pooling rule. `captum`: not where an activation comes directly before it. There Captum
 * (0.8.0) takes the activation's multiplier before its max-pooling rule has changed it, so that in effect the pooling has
 * its plain gradient. `all`: the rule as it is written, which keeps the sum whole for every baseline.
 */
export type MaxPooling = 'captum' | 'all';

const maxima: ReadonlySet<string> = new Set(['MaxPool', 'GlobalMaxPool']);
const linear: ReadonlySet<string> = new Set(['Neg', 'QuantizeLinear', 'DequantizeLinear']);

/** What DeepLIFT asks about a graph. */
export interface DeepLiftContext {
  /** Whether a value depends on the pixels. */
  readonly isData: (name: string) => boolean;
  readonly producerOf: (name: string) => Node | undefined;
  readonly maxPooling: MaxPooling;
}

export function treatmentOf(node: Node, context: DeepLiftContext): Treatment {
  const { domain, op, inputs } = node;
  const { isData, producerOf, maxPooling } = context;
  if (domain !== '') return 'gradient';
  if (maxima.has(op)) {
    const before = producerOf(inputs[0] ?? '');
    const activated = before !== undefined && treatmentOf(before, context) === 'rescale';
    return activated && maxPooling === 'captum' ? 'gradient' : 'max-pooling';
  }
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
  treatment: (node: Node) => Treatment,
  inCopy: (name: string) => string,
): (node: Node) => Answer | undefined {
  return (node) => {
    const own = table[node.op];
    const as = treatment(node);
    if (own?.kind !== 'rule' || as === 'gradient') return undefined;
    const multiplier = as === 'rescale' ? rescale : maximumRule;
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
