import { intOf } from '../../onnx/attributes.ts';
import type { Call, RuleAnswer } from '../gradient/rule.ts';
import { type Comparison, perDifference } from './comparison.ts';

/** A step of more than so many times the difference behind it is rounding. */
const largest = 2;

/**
 * The rescale rule for the real numbers r that a quantiser's integers stand for: m_x = m_r (r - r') / (x - x'). Where the
 * range ends (quantisers fold Relu into its lower end) that is the rule for Clip. A small difference across the edge of a step
 * would be a huge multiplier: there rounding is passed straight through, as by the gradient, and the sum can miss the step.
 * DynamicQuantizeLinear chooses other scales for image and baseline: each counts with its own in r, and the layers behind,
 * which count in integers, with the image's.
 */
export function quantizeMultiplier(call: Call, own: RuleAnswer, { inCopy }: Pick<Comparison, 'inCopy'>): string {
  const { node, ops, add, builder, dy } = call;
  const [x, y] = [call.operand(0), call.output(0)];
  const [given, chosen] = [node.inputs.slice(1), node.outputs.slice(1)];
  const isDynamic = node.op === 'DynamicQuantizeLinear';
  const real = (integers: string, parameters: readonly string[]) =>
    add('DequantizeLinear', [integers, ...parameters], {
      axis: isDynamic ? undefined : intOf(node, 'axis', 1),
      block_size: node.attributes.block_size,
    });
  const gradient = own.rule(call)[0]?.() ?? dy;
  const multiplier = isDynamic ? gradient : dy;
  const change = isDynamic
    ? ops.Sub(real(y, chosen), real(inCopy(y), chosen.map(inCopy)))
    : ops.Sub(real(y, given), real(inCopy(y), given));
  const difference = ops.Abs(ops.Sub(x, inCopy(x)));
  const rounded = ops.Greater(ops.Abs(change), ops.Mul(difference, builder.scalar(largest)));
  return ops.Where(rounded, gradient, perDifference(call, ops.Mul(multiplier, change), x, inCopy(x), gradient));
}
