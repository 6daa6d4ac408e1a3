import { isFloat } from '../../onnx/elementType.ts';
import type { Facts } from '../../onnx/facts.ts';
import { type Graph, type Node, reads } from '../../onnx/graph.ts';
import { is } from '../../onnx/operators.ts';
import { isTensorOf, type Tensor } from '../../onnx/tensor.ts';
import type { Call } from '../gradient/rule.ts';

/*
 * Numbers at the ends of float32, where 0 times infinity or 0 by 0 would make a map NaN although there is a number: the
 * masks of attention, which are -infinity or the most negative float, and denominators of 0 without a stabiliser.
 */

/** Larger sizes are masks; smaller denominators are rounding. What lies between can be multiplied without overflow. */
const huge = 1e30;
const tiny = 1e-30;

/** Sums, products and what moves elements hand them on; other functions are of numbers within reason. */
function carries(node: Node): boolean {
  return is(node, 'arithmetic', 'rearrangement', 'selection', 'sum') || node.op === 'Neg' || node.op === 'Clip';
}

/** The values in which elements may be infinite, or nearly, through a constant that is: masks, and what they are added to. */
export function hugeValues({ nodes }: Graph, facts: Facts): ReadonlySet<string> {
  const found = new Set([...facts].flatMap(([name, { constant }]) => (isHuge(constant) ? [name] : [])));
  for (const node of nodes) {
    const fills = Object.values(node.attributes).some((given) => given?.type === 'tensor' && isHuge(given.value));
    // A mask that is made for the size of the images is the logarithm of zeros and ones, or is filled in.
    if (fills || (carries(node) && reads(node).some((name) => found.has(name)))) {
      for (const output of node.outputs) if (isFloat(facts.get(output)?.type ?? 'float32')) found.add(output);
    }
  }
  return found;
}

function isHuge(constant: Tensor | undefined): boolean {
  return constant !== undefined && isTensorOf(constant, 'float32') && constant.data.some((v) => !(Math.abs(v) < huge));
}

/** factor value, and 0 where the factor is 0, were the value infinite. */
export function productWithHuge({ ops, builder }: Call, factor: string, value: string): string {
  const zero = builder.scalar(0);
  return ops.Where(ops.Equal(factor, zero), zero, ops.Mul(factor, value));
}

/** A value with 0 where a mask has made `masked` infinite, or nearly: it has none of the relevance. */
export function unmasked({ ops, builder }: Call, value: string, masked: string): string {
  return ops.Where(ops.Less(ops.Abs(masked), builder.scalar(huge)), value, builder.scalar(0));
}

interface Quotient {
  readonly value: string;
  /** The relevance of outputs whose denominator is 0: it stays in the layer. Undefined where a stabiliser hands it on. */
  readonly stays?: string;
}

/** relevance / denominator, and 0 where there is nothing to share among: no stabiliser keeps the denominator from 0. */
export function quotient({ ops, builder }: Call, relevance: string, denominator: string, epsilon: number): Quotient {
  if (epsilon >= tiny) return { value: ops.Div(relevance, denominator) };
  const [zero, one] = [builder.scalar(0), builder.scalar(1)];
  const isZero = ops.Less(ops.Abs(denominator), builder.scalar(tiny));
  return {
    value: ops.Where(isZero, zero, ops.Div(relevance, ops.Where(isZero, one, denominator))),
    stays: ops.Where(isZero, relevance, zero),
  };
}
