import { isFloat } from '../../onnx/elementType.ts';
import type { Call, InputGradient, RuleAnswer } from '../gradient/rule.ts';
import { type Comparison, perDifference, sameBut } from './comparison.ts';

/**
 * For a function of several changing values, element by element: what each adds to y - y' when they change one after the
 * other, the mean over the order of the inputs and the reverse. For two inputs these are Shapley values, as in SHAP's
 * DeepExplainer (Lundberg & Lee 2017): a b - a' b' gives da (b + b') / 2 and db (a + a') / 2. What an input adds that nothing
 * passes back through (a condition, a mask) goes to the others, in equal parts to those that differ: so that
 * Where(x > 0, x, 0) is what Relu is.
 */
export function sharedMultipliers(call: Call, own: RuleAnswer, comparison: Comparison): readonly InputGradient[] {
  const { ops, builder, dy, x, facts } = call;
  const { inCopy, isData, carries } = comparison;
  const gradients = own.rule(call);
  const inputs = x.flatMap((name, at) => (name !== '' && isData(name) ? [{ name, at }] : []));
  const orders = [inputs, inputs.toReversed()].map((order) => partsInOrder(call, comparison, order));
  const half = builder.scalar(0.5);
  const part = (at: number) => ops.Mul(half, ops.Add(...orders.flatMap((parts) => parts.get(at) ?? [])));
  const takers = inputs.filter(({ name }) => carries(name) && isFloat(facts(name).type));
  const lost = inputs.filter((input) => !takers.includes(input)).map(({ at }) => part(at));
  const differs = ({ name }: { readonly name: string }) =>
    ops.Where(sameBut(call, name, inCopy(name)), builder.scalar(0), builder.scalar(1));
  const handedOver = () => ops.Div(ops.Sum(...lost), ops.Max(ops.Sum(...takers.map(differs)), builder.scalar(1)));
  return x.map((name, at) =>
    takers.some((taker) => taker.at === at)
      ? () => {
          const all = lost.length === 0 ? part(at) : ops.Add(part(at), handedOver());
          return perDifference(call, ops.Mul(dy, all), name, inCopy(name), gradients[at]?.() ?? dy);
        }
      : undefined,
  );
}

/** What each input adds when it changes from the baseline's value to the image's, those before it having changed already. */
function partsInOrder(
  { node, ops, builder, output }: Call,
  { inCopy }: Comparison,
  order: readonly { readonly name: string; readonly at: number }[],
): ReadonlyMap<number, string> {
  const y = output(0);
  let before = inCopy(y);
  const changed = new Set<number>();
  const parts = new Map<number, string>();
  for (const { at } of order) {
    changed.add(at);
    let after = y;
    if (changed.size < order.length) {
      const inputs = node.inputs.map((name, i) => (changed.has(i) || name === '' ? name : inCopy(name)));
      after = builder.again(node, inputs);
    }
    parts.set(at, ops.Sub(after, before));
    before = after;
  }
  return parts;
}
