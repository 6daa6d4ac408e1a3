import { type AttributeLike, floatOf, intOf, without } from '../attributes.ts';
import { inputOf } from '../graphView.ts';
import { float32, sizeOf } from '../tensor.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';
import { alongAxis, asFloat, offset, quantised } from './quantities.ts';

const last = (rank: number) => ({ axis: -1, rank });
const rowOf = (rank: number) => ({ axis: -2, rank });
const rankOf = ({ dims }: Foreign, name: string) => dims(name)?.length ?? 0;

/** (A - a) (B - b), a for each row and b for each column. */
function product(foreign: Foreign, a: string, aZero: string, b: string, bZero: string): string {
  const left = offset(foreign, a, aZero, rowOf(rankOf(foreign, a)));
  return foreign.ops.MatMul(left, offset(foreign, b, bZero, last(rankOf(foreign, b))));
}

/** Conv(x - z, w - v): padding has the zero point, which is 0 here. v is one number or one an output channel. */
function convolution(foreign: Foreign, [x = '', xZero = '', w = '', wZero = '', bias = '']: readonly string[]): string {
  const { node, add, dims } = foreign;
  const rank = dims(w)?.length ?? 4;
  const inputs = [offset(foreign, x, xZero), offset(foreign, w, wZero, { axis: 0, rank })];
  const attributes = without(node.attributes, 'channels_last');
  return add('Conv', bias === '' ? inputs : [...inputs, asFloat(foreign, bias)], attributes);
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
  return [channelsFirst(foreign, foreign.x[0] ?? '', pool, true)];
};

const qLinearConv: Rewriting = (foreign) => {
  const { x, ops, dims } = foreign;
  const [image = '', xScale = '', xZero = '', w = '', wScale = '', wZero = '', yScale = '', yZero = '', bias = ''] = x;
  const rank = dims(w)?.length;
  if (rank === undefined) return undefined;
  const factor = ops.Div(ops.Mul(xScale, wScale), yScale);
  const perChannel = alongAxis(foreign, factor, wScale, { axis: 1, rank });
  const scaled = (first: string) => ops.Mul(convolution(foreign, [first, xZero, w, wZero, bias]), perChannel);
  return [quantised(foreign, channelsFirst(foreign, image, scaled), yZero)];
};

const qLinearMatMul: Rewriting = (foreign) => {
  const { x, ops } = foreign;
  const [a = '', aScale = '', aZero = '', b = '', bScale = '', bZero = '', yScale = '', yZero = ''] = x;
  const rows = alongAxis(foreign, aScale, aScale, rowOf(rankOf(foreign, a)));
  const columns = alongAxis(foreign, bScale, bScale, last(rankOf(foreign, b)));
  const factor = ops.Div(ops.Mul(rows, columns), yScale);
  return [quantised(foreign, ops.Mul(product(foreign, a, aZero, b, bZero), factor), yZero)];
};

/** alpha (A' - a)(B' - b) s t + C alpha s t, quantised where an output scale is given. */
const qGemm: Rewriting = (foreign) => {
  const { node, x, add, ops, builder } = foreign;
  const [a = '', aScale = '', aZero = '', b = '', bScale = '', bZero = '', c = '', yScale = '', yZero = ''] = x;
  const transposed = intOf(node, 'transB', 0) === 1;
  const left = offset(foreign, a, aZero);
  const right = offset(foreign, b, bZero, { axis: transposed ? 0 : 1, rank: 2 });
  const inputs = c === '' ? [left, right] : [left, right, asFloat(foreign, c)];
  const sum = add('Gemm', inputs, { transA: intOf(node, 'transA', 0), transB: transposed });
  const alpha = builder.scalar(floatOf(node, 'alpha', 1));
  const scale = ops.Mul(ops.Mul(alpha, aScale), bScale);
  if (yScale === '') return [ops.Mul(sum, scale)];
  return [quantised(foreign, ops.Mul(sum, ops.Div(scale, yScale)), yZero)];
};

/** A B in float32 of a B that is quantised, and an A that is quantised on the way. */
const dynamicMatMul: Rewriting = (foreign) => {
  const { x, ops, builder } = foreign;
  const [a = '', b = '', bScale = '', bZero = '', bias = ''] = x;
  const [q = '', scale = '', zero = ''] = builder.addMany('DynamicQuantizeLinear', [a], 3);
  const rank = rankOf(foreign, b);
  const columns = alongAxis(foreign, bScale, bScale, last(rank));
  const sum = ops.MatMul(offset(foreign, q, zero), offset(foreign, b, bZero, last(rank)));
  const y = ops.Mul(sum, ops.Mul(scale, columns));
  return [bias === '' ? y : ops.Add(y, bias)];
};

const matMulToFloat: Rewriting = (foreign) => {
  const { x, ops } = foreign;
  const [a = '', b = '', aScale = '', bScale = '', aZero = '', bZero = '', bias = ''] = x;
  const rows = alongAxis(foreign, aScale, aScale, rowOf(rankOf(foreign, a)));
  const columns = alongAxis(foreign, bScale, bScale, last(rankOf(foreign, b)));
  const y = ops.Mul(product(foreign, a, aZero, b, bZero), ops.Mul(rows, columns));
  return [bias === '' ? y : ops.Add(y, bias)];
};

/** Round(x / s) + z: with a scale of 1, which real numbers and integers share. */
const quantizeLinear: Rewriting = (foreign) => {
  const { node, x, ops, add, facts, dims } = foreign;
  const [value = '', scale = '', zero = ''] = x;
  const rank = dims(value)?.length;
  const known = facts(scale);
  if (rank === undefined || known?.type !== 'float32' || intOf(node, 'block_size', 0) !== 0) return undefined;
  const inUnits = ops.Div(value, alongAxis(foreign, scale, scale, { axis: intOf(node, 'axis', 1), rank }));
  return [add('QuantizeLinear', [inUnits, ones(foreign, scale), zero].filter(Boolean), kept(foreign))];
};

/** (q - z) s */
const dequantizeLinear: Rewriting = (foreign) => {
  const { node, x, ops, facts, dims } = foreign;
  const [q = '', scale = '', zero = ''] = x;
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
  MatMulInteger: (foreign) => {
    const [a = '', b = '', aZero = '', bZero = ''] = foreign.x;
    return [product(foreign, a, aZero, b, bZero)];
  },
  ConvInteger: (foreign) => {
    const [x = '', w = '', xZero = '', wZero = ''] = foreign.x;
    return [convolution(foreign, [x, xZero, w, wZero])];
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
