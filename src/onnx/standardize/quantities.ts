import { elementTypeCode } from '../elementType.ts';
import { outputOf } from '../graphView.ts';
import { float32, tensor } from '../tensor.ts';
import type { Foreign } from './foreign.ts';

/*
 * Integer arithmetic as arithmetic of real numbers. A quantised number q stands for (q - z) s; here its scale is always 1,
 * and s is multiplied where it is needed, so that a gradient passes a quantiser as it passes the identity and every sum is
 * of whole numbers: exact in float32 as long as sums stay within 2^24, which 8-bit products of up to 500 terms do in any
 * case, and thousands in practice. The proof on load has the last word.
 */

/** An input that is quantised: its integers, their scale and zero point, one after the other from `at` on. */
export function quantity({ operand, optional }: Foreign, at: number) {
  return { q: operand(at), scale: operand(at + 1), zero: optional(at + 2) };
}

/** q - z as float32, of integers or of real numbers in their place. A zero point for each row or column lies along `axis`. */
export function offset(foreign: Foreign, q: string, zero?: string, axis?: AxisOf): string {
  const { ops, facts, dims, isReal } = foreign;
  const known = facts(q);
  const isOne = zero !== undefined && dims(zero)?.every((dim) => dim === 1);
  if (zero !== undefined && isOne && known && known.constant === undefined && small.has(known.type) && !isReal(q)) {
    return dequantised(foreign, q, zero);
  }
  const real = asFloat(foreign, q);
  if (zero === undefined) return real;
  return ops.Sub(real, alongAxis(foreign, asFloat(foreign, zero), zero, axis));
}

const small: ReadonlySet<string> = new Set(['uint8', 'int8', 'uint16', 'int16']);

/**
 * q - z of the one zero point z, by the operator that says what it is: a Sub could be a layer's bias, which relevance would
 * leave some of itself with.
 */
export function dequantised({ add, ops, builder }: Foreign, q: string, zero: string): string {
  return add('DequantizeLinear', [q, builder.scalar(1), ops.Reshape(zero, builder.ints([]))]);
}

/** Where a vector of parameters lies in a value: an axis, and the value's rank. */
interface AxisOf {
  readonly axis: number;
  readonly rank: number;
}

export function asFloat({ add }: Foreign, name: string): string {
  return add('Cast', [name], { to: elementTypeCode('float32') });
}

/** A parameter as it broadcasts to a value: as it is where it is one number or not a vector. `like` is known to the probe. */
export function alongAxis({ ops, builder, dims }: Foreign, parameter: string, like: string, axis?: AxisOf): string {
  const shape = dims(like) ?? [];
  const [length = 1, second] = shape;
  if (shape.length === 1 && length === 1) return ops.Reshape(parameter, builder.ints([]));
  if (axis === undefined || second !== undefined || length === 1) return parameter;
  const place = axis.axis < 0 ? axis.axis + axis.rank : axis.axis;
  return ops.Reshape(parameter, builder.ints(Array.from({ length: axis.rank }, (_, i) => (i === place ? -1 : 1))));
}

/** Rounded and saturated to the integers of a zero point's type (that of the node's first output where there is none). */
export function quantised({ node, facts, add, builder }: Foreign, value: string, zero: string | undefined): string {
  const type = facts(outputOf(node))?.type;
  const none = type === 'int8' ? tensor('int8', [], Int8Array.of(0)) : tensor('uint8', [], Uint8Array.of(0));
  const point = zero ?? builder.constant(none, 'zero');
  const dims = zero === undefined ? [] : (facts(zero)?.dims ?? []);
  const ones = builder.constant(float32(dims, new Float32Array(dims.reduce((n, d) => n * d, 1)).fill(1)), 'one');
  return add('QuantizeLinear', [value, ones, point]);
}
