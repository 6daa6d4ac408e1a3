import { type AttributeLike, floatOf, intOf, without } from '../attributes.ts';
import { inputOf } from '../graphView.ts';
import { float32, sizeOf } from '../tensor.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';
import { alongAxis, asFloat, dequantised, offset, quantised, quantity } from './quantities.ts';

const last = (rank: number) => ({ axis: -1, rank });
const rowOf = (rank: number) => ({ axis: -2, rank });
const rankOf = ({ dims }: Foreign, name: string) => dims(name)?.length ?? 0;

interface Integers {
  readonly q: string;
  readonly zero: string | undefined;
}

/** Two inputs, and their zero points after them. */
function integersOf({ operand, optional }: Foreign): readonly [Integers, Integers] {
  return [
    { q: operand(0), zero: optional(2) },
    { q: operand(1), zero: optional(3) },
  ];
}

/** (A - a) (B - b), a for each row and b for each column. */
function product(foreign: Foreign, a: Integers, b: Integers): string {
  const left = offset(foreign, a.q, a.zero, rowOf(rankOf(foreign, a.q)));
  return foreign.ops.MatMul(left, offset(foreign, b.q, b.zero, last(rankOf(foreign, b.q))));
}

/** Conv(x, w - v) of an x without zero point: padding is 0. v is one number or one an output channel. */
function convolution(foreign: Foreign, x: string, w: Integers, bias?: string): string {
  const { node, add, dims } = foreign;
  const rank = dims(w.q)?.length ?? 4;
  const inputs = [x, offset(foreign, w.q, w.zero, { axis: 0, rank })];
  const attributes = without(node.attributes, 'channels_last');
  return add('Conv', bias === undefined ? inputs : [...inputs, asFloat(foreign, bias)], attributes);
}

/** Channels last to channels first and back, around an operator that has them first. */
export function channelsFirst(
  foreign: Foreign,
  x: string,
  compute: (x: string) => string,
  last = intOf(foreign.node, 'channels_last', 0) === 1,
): string {
  const { node, add } = foreign;
  const rank = rankOf(foreign, inputOf(node, 0));
  if (!last) return compute(x);
  const middle = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const first = add('Transpose', [x], { perm: [0, rank - 1, ...middle] });
  return add('Transpose', [compute(first)], { perm: [0, ...middle.map((i) => i + 1), 1] });
}

const nhwcMaxPool: Rewriting = (foreign) => {
  const pool = (x: string) => foreign.add('MaxPool', [x], foreign.node.attributes);
  return [channelsFirst(foreign, foreign.operand(0), pool, true)];
};

const qLinearConv: Rewriting = (foreign) => {
  const { ops, dims, operand, optional } = foreign;
  const [image, w] = [quantity(foreign, 0), quantity(foreign, 3)];
  const rank = dims(w.q)?.length;
  if (rank === undefined) return undefined;
  const factor = ops.Div(ops.Mul(image.scale, w.scale), operand(6));
  const perChannel = alongAxis(foreign, factor, w.scale, { axis: 1, rank });
  const scaled = (first: string) => ops.Mul(convolution(foreign, first, w, optional(8)), perChannel);
  return [quantised(foreign, channelsFirst(foreign, offset(foreign, image.q, image.zero), scaled), optional(7))];
};

const qLinearMatMul: Rewriting = (foreign) => {
  const { ops, operand, optional } = foreign;
  const [a, b] = [quantity(foreign, 0), quantity(foreign, 3)];
  const rows = alongAxis(foreign, a.scale, a.scale, rowOf(rankOf(foreign, a.q)));
  const columns = alongAxis(foreign, b.scale, b.scale, last(rankOf(foreign, b.q)));
  const factor = ops.Div(ops.Mul(rows, columns), operand(6));
  return [quantised(foreign, ops.Mul(product(foreign, a, b), factor), optional(7))];
};

/** alpha (A' - a)(B' - b) s t + C alpha s t, quantised where an output scale is given. */
const qGemm: Rewriting = (foreign) => {
  const { node, optional, add, ops, builder } = foreign;
  const [a, b] = [quantity(foreign, 0), quantity(foreign, 3)];
  const [c, yScale, yZero] = [optional(6), optional(7), optional(8)];
  const transposed = intOf(node, 'transB', 0) === 1;
  const left = offset(foreign, a.q, a.zero);
  const right = offset(foreign, b.q, b.zero, { axis: transposed ? 0 : 1, rank: 2 });
  const inputs = c === undefined ? [left, right] : [left, right, asFloat(foreign, c)];
  const sum = add('Gemm', inputs, { transA: intOf(node, 'transA', 0), transB: transposed });
  const alpha = builder.scalar(floatOf(node, 'alpha', 1));
  const scale = ops.Mul(ops.Mul(alpha, a.scale), b.scale);
  if (yScale === undefined) return [ops.Mul(sum, scale)];
  return [quantised(foreign, ops.Mul(sum, ops.Div(scale, yScale)), yZero)];
};

/** A B in float32 of a B that is quantised, and an A that is quantised on the way. */
const dynamicMatMul: Rewriting = (foreign) => {
  const { ops, builder, operand, optional } = foreign;
  const [b, bScale, bZero, bias] = [operand(1), operand(2), optional(3), optional(4)];
  const [q = '', scale = '', zero = ''] = builder.addMany('DynamicQuantizeLinear', [operand(0)], 3);
  const rank = rankOf(foreign, b);
  const columns = alongAxis(foreign, bScale, bScale, last(rank));
  const sum = ops.MatMul(dequantised(foreign, q, zero), offset(foreign, b, bZero, last(rank)));
  const y = ops.Mul(sum, ops.Mul(scale, columns));
  return [bias === undefined ? y : ops.Add(y, bias)];
};

const matMulToFloat: Rewriting = (foreign) => {
  const { ops, operand, optional } = foreign;
  const a = { q: operand(0), scale: operand(2), zero: optional(4) };
  const b = { q: operand(1), scale: operand(3), zero: optional(5) };
  const bias = optional(6);
  const rows = alongAxis(foreign, a.scale, a.scale, rowOf(rankOf(foreign, a.q)));
  const columns = alongAxis(foreign, b.scale, b.scale, last(rankOf(foreign, b.q)));
  const y = ops.Mul(product(foreign, a, b), ops.Mul(rows, columns));
  return [bias === undefined ? y : ops.Add(y, bias)];
};

/** Round(x / s) + z: with a scale of 1, which real numbers and integers share. */
const quantizeLinear: Rewriting = (foreign) => {
  const { node, ops, add, facts, dims } = foreign;
  const { q: value, scale, zero } = quantity(foreign, 0);
  const rank = dims(value)?.length;
  const known = facts(scale);
  if (rank === undefined || known?.type !== 'float32' || intOf(node, 'block_size', 0) !== 0) return undefined;
  const inUnits = ops.Div(value, alongAxis(foreign, scale, scale, { axis: intOf(node, 'axis', 1), rank }));
  const zeros = zero === undefined ? [] : [zero];
  return [add('QuantizeLinear', [inUnits, ones(foreign, scale), ...zeros], kept(foreign))];
};

/** (q - z) s */
const dequantizeLinear: Rewriting = (foreign) => {
  const { node, ops, facts, dims } = foreign;
  const { q, scale, zero } = quantity(foreign, 0);
  const rank = dims(q)?.length;
  if (rank === undefined || facts(scale)?.type !== 'float32' || intOf(node, 'block_size', 0) !== 0) return undefined;
  const place = { axis: intOf(node, 'axis', 1), rank };
  return [ops.Mul(offset(foreign, q, zero, place), alongAxis(foreign, scale, scale, place))];
};

function ones({ builder, dims }: Foreign, like: string): string {
  const shape = dims(like) ?? [];
  return builder.constant(float32(shape, new Float32Array(sizeOf(shape)).fill(1)), 'one');
}

function kept({ node }: Foreign): Readonly<Record<string, AttributeLike | undefined>> {
  const { axis, saturate, output_dtype } = node.attributes;
  return { axis, saturate, output_dtype };
}

/** ONNX's and ONNX Runtime's operators of integers, in float32 with a quantiser where the original rounds. */
export const integerRewritings: Rewritings = {
  MatMulInteger: (foreign) => [product(foreign, ...integersOf(foreign))],
  ConvInteger: (foreign) => {
    const [x, w] = integersOf(foreign);
    return [convolution(foreign, offset(foreign, x.q, x.zero), w)];
  },
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  'com.microsoft::QLinearConv': qLinearConv,
  'com.microsoft::NhwcMaxPool': nhwcMaxPool,
  'com.microsoft::QGemm': qGemm,
  'com.microsoft::DynamicQuantizeMatMul': dynamicMatMul,
  'com.microsoft::MatMulIntegerToFloat': matMulToFloat,
};

/** Quantisers themselves, which are written so only where a graph computes with their integers. */
export const quantiserRewritings: Rewritings = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  'com.microsoft::QuantizeLinear': quantizeLinear,
  'com.microsoft::DequantizeLinear': dequantizeLinear,
};
