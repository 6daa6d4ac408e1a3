import { type Node, qualifiedOp, reads } from '../../onnx/graph.ts';
import { inputOf, nodesView } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { zerosLike } from '../gradient/gradientValues.ts';
import type { Answer, Call, GradientTable, RuleAnswer } from '../gradient/rule.ts';
import { type Comparison, perDifference } from './comparison.ts';
import { lineGradients, mixedAxes } from './lineGradient.ts';
import { maximumMultiplier } from './maximumMultiplier.ts';
import { quantizeMultiplier } from './quantizeMultiplier.ts';
import { sharedMultipliers } from './sharedMultipliers.ts';

/**
 * What a node is to DeepLIFT. All but the last two keep the sum of the differences whole.
 * - `linear`: its gradient is the same everywhere.
 * - `rescale`: a function of each element by itself.
 * - `shared`: a function of several changing values, element by element.
 * - `maximum`: a choice of largest or smallest elements.
 * - `line`: mixes elements along some axes, or multiplies changing values.
 * - `quantize`: rounds to integers, see quantizeMultiplier.
 * - `gradient`: none of these; its plain gradient.
 */
export type Treatment = 'linear' | 'rescale' | 'shared' | 'maximum' | 'line' | 'quantize' | 'gradient';

/**
 * Which max pooling has the max-pooling rule. `captum`: where an activation comes directly before it, only the windows in
 * which the image's winner is not among the largest on the baseline too. There Captum (0.8.0) takes the activation's
 * multiplier before its max-pooling rule has changed it, so that in effect the pooling has its plain gradient, which is
 * right in the other windows only. `all`: the rule as it is written, at every pooling.
 */
export type MaxPooling = 'captum' | 'all';

/** What DeepLIFT asks about a graph. */
export interface DeepLiftContext {
  /** Whether a value changes with the pixels. */
  readonly isData: (name: string) => boolean;
  /** Whether a multiplier can be passed back through it to the pixels: not through a comparison, say. */
  readonly carries: (name: string) => boolean;
  /** Whether it is of real numbers: the integers of a quantised network are differentiated, not compared. */
  readonly isReal: (name: string) => boolean;
  readonly producerOf: (name: string) => Node | undefined;
  readonly maxPooling: MaxPooling;
}

/** Which values change with the pixels, and which of them multipliers can be passed back through. */
export function followPixels(
  nodes: readonly Node[],
  input: string,
  { table, isReal }: { readonly table: GradientTable; readonly isReal: (name: string) => boolean },
): Pick<DeepLiftContext, 'isData' | 'carries' | 'isReal'> {
  const view = nodesView(nodes);
  const integers = new Set([input].filter((name) => !isReal(name)));
  const answerOf = (node: Node) => {
    const answer = table[qualifiedOp(node)];
    return answer?.kind === 'rule' ? answer : undefined;
  };
  const varying = (node: Node) => node.outputs.filter((_, i) => !answerOf(node)?.constants?.includes(i));
  const { values: changing } = view.downstream([input], (node) => (is(node, 'shape') ? [] : varying(node)));
  const { values: carrying } = view.downstream([input], (node) => {
    const answer = answerOf(node);
    if (!answer && !is(node, 'step')) return [];
    // What reads the integers of a quantised network hands their multipliers on.
    const integersToo = answer?.quantizes === true || reads(node).some((name) => integers.has(name));
    const carried = varying(node).filter((name) => isReal(name) || integersToo);
    for (const name of carried) if (!isReal(name)) integers.add(name);
    return carried;
  });
  return { isData: (name) => changing.has(name), carries: (name) => carrying.has(name), isReal };
}

export function treatmentOf(node: Node, context: DeepLiftContext): Treatment {
  const { domain, op, inputs } = node;
  const changing = inputs.filter(context.isData);
  const known = changing.every(context.carries);
  if (domain !== '' || !changing.some(context.carries)) return 'gradient';
  if (op === 'QuantizeLinear' || op === 'DynamicQuantizeLinear') return known ? 'quantize' : 'gradient';
  if (known && isLinear(node, context.isData)) return 'linear';
  if (!changing.every((name) => context.isReal(name) || !context.carries(name))) return 'gradient';
  if (op === 'DequantizeLinear') return 'gradient';
  if (is(node, 'maximum')) return known ? 'maximum' : 'gradient';
  if (is(node, 'elementwise', 'combination', 'step')) {
    // A product of two is linear in each: the gradient half way is exact.
    if (op === 'Mul' && known) return 'line';
    return changing.length === 1 ? 'rescale' : 'shared';
  }
  const mixes = is(node, 'convolution', 'matrix product') || mixedAxes.has(op);
  return mixes && known ? 'line' : 'gradient';
}

/** Whether a node's output is linear in what changes with the pixels, up to a constant. */
function isLinear(node: Node, isData: (name: string) => boolean): boolean {
  const { op, inputs } = node;
  const changing = inputs.filter(isData).length;
  if (op === 'Where') return !isData(inputOf(node, 0));
  if (op === 'Mul' || op === 'DequantizeLinear' || is(node, 'convolution', 'matrix product')) return changing === 1;
  if (op === 'Div') return !isData(inputOf(node, 1));
  if (op === 'Pad')
    return inputs
      .slice(1)
      .filter(isData)
      .every((name) => name === inputs[2]);
  if (is(node, 'additive')) return true;
  const inFirstOnly = !inputs.slice(1).some(isData);
  return inFirstOnly && (is(node, 'rearrangement', 'sum') || op === 'Neg');
}

/**
 * Multipliers in place of gradients, Shrikumar, Greenside & Kundaje 2017: each operator is compared with what it does on the
 * baseline, and the sum of m dx over its inputs is that of m dy over its outputs, for the differences dx and dy to it.
 */
export function deepLiftAnswers(
  table: GradientTable,
  context: DeepLiftContext,
  inCopy: (name: string) => string,
): (node: Node) => Answer | undefined {
  const comparison: Comparison = { inCopy, ...context };
  const treatment = (node: Node) => treatmentOf(node, context);
  return (node) => {
    const as = treatment(node);
    const found = is(node, 'step') ? stepAnswer : table[qualifiedOp(node)];
    if (found?.kind !== 'rule') return undefined;
    const own = found;
    switch (as) {
      case 'rescale':
        return { ...own, rule: (call) => rescale(call, own, comparison) };
      case 'shared':
        return { ...own, rule: (call) => sharedMultipliers(call, own, comparison) };
      case 'line':
        return { ...own, rule: (call) => lineGradients(call, own, comparison) };
      case 'quantize':
        return { ...own, rule: (call) => [() => quantizeMultiplier(call, own, comparison)] };
      case 'maximum': {
        const before = context.producerOf(inputOf(node, 0));
        const activated = before !== undefined && treatment(before) === 'rescale';
        const asCaptum = activated && context.maxPooling === 'captum';
        return { ...own, rule: (call) => [() => maximumMultiplier(call, own, { ...comparison, asCaptum })] };
      }
      default:
        return undefined;
    }
  };
}

/** The gradient of a step: none. */
const stepAnswer: RuleAnswer = {
  kind: 'rule',
  rule: ({ builder, operand }) => [() => zerosLike(builder, operand(0))],
};

/** The rescale rule, for the one input that changes: m_x = m_y (y - y') / (x - x'). */
function rescale(call: Call, own: RuleAnswer, { inCopy, isData }: Comparison) {
  const { ops, dy, x } = call;
  const y = call.output(0);
  const gradients = own.rule(call);
  return x.map((input, i) =>
    isData(input)
      ? () => perDifference(call, ops.Mul(dy, ops.Sub(y, inCopy(y))), input, inCopy(input), gradients[i]?.() ?? dy)
      : undefined,
  );
}
