import { intOf } from '../../onnx/attributes.ts';
import type { Call, RuleAnswer } from '../gradient/rule.ts';
import { type Comparison, perDifference } from './comparison.ts';

/**
 * Captum's rule for max pooling, of any choice of maxima. With M = max(y, y'), the image's winner answers for the rise M - y',
 * the baseline's for the fall y - M: m_x = (put back (m_y (M - y')) to where y won + put back (m_y (y - M)) to where y' won)
 * / (x - x'). Where windows overlap, what is put back is added up. For minima M is the smaller.
 */
export function maximumMultiplier(
  call: Call,
  own: RuleAnswer,
  { inCopy, asCaptum }: Pick<Comparison, 'inCopy'> & { readonly asCaptum: boolean },
): string {
  const { ops, dy, builder, node } = call;
  const x = call.operand(0);
  const y = call.output(0);
  const [xReference, yReference] = [inCopy(x), inCopy(y)];
  const originals = new Map([
    [xReference, x],
    [yReference, y],
  ]);
  const facts = (name: string) => call.facts(originals.get(name) ?? name);
  const putBack = (to: Call, value: string) => own.rule({ ...to, dy: value, dys: [value] })[0]?.() ?? value;
  const further = node.op === 'ReduceMin' ? ops.Min(y, yReference) : ops.Max(y, yReference);
  const won = asCaptum ? wonAlready(call, xReference, yReference) : undefined;
  const unlessWon = (otherwise: string, value: string) =>
    won === undefined ? value : ops.Where(won, otherwise, value);
  const rise = unlessWon(ops.Sub(y, yReference), ops.Sub(further, yReference));
  const fall = unlessWon(builder.scalar(0), ops.Sub(y, further));
  const both = ops.Add(
    putBack(call, ops.Mul(dy, rise)),
    putBack(call.ofCopy(yReference, [dy], facts), ops.Mul(dy, fall)),
  );
  return perDifference(call, both, x, xReference, putBack(call, dy));
}

/** A baseline is often one colour, and its maxima equal but for rounding. */
const rounding = 1e-6;

/** Where the image's winner is among the largest of the window on the baseline too: it can answer for rise and fall. */
function wonAlready(call: Call, xReference: string, yReference: string): string | undefined {
  const { node, ops, add, builder, output } = call;
  if (node.op !== 'MaxPool' || intOf(node, 'storage_order', 0) !== 0) return undefined;
  const flat = (value: string) => ops.Reshape(value, builder.ints([-1]));
  const there = add('GatherElements', [flat(xReference), flat(output(1))], { axis: 0 });
  const slack = ops.Mul(ops.Abs(yReference), builder.scalar(rounding));
  return ops.GreaterOrEqual(ops.Reshape(there, add('Shape', [yReference])), ops.Sub(yReference, slack));
}
