import { floatOf, floatsOf, intOf, stringOf, without } from '../attributes.ts';
import { activated } from './activations.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';

/** The last two axes exchanged; with `transBatch` the batch axes stand before the last instead of first. */
function arranged({ add, dims }: Foreign, name: string, trans: boolean, transBatch: boolean): string | undefined {
  if (!trans && !transBatch) return name;
  const rank = dims(name)?.length;
  if (rank === undefined) return undefined;
  if (rank < 2) return name;
  // transBatch moves the first axis of the stored value behind the batch axes: [m, batch, k] is read as [batch, m, k].
  const batchFirst = transBatch
    ? [...Array.from({ length: rank - 2 }, (_, i) => i + 1), 0, rank - 1]
    : Array.from({ length: rank }, (_, i) => i);
  const last = batchFirst.slice(-2);
  const perm = [...batchFirst.slice(0, -2), ...(trans ? last.toReversed() : last)];
  return add('Transpose', [name], { perm });
}

/** alpha A' B' */
const fusedMatMul: Rewriting = (foreign) => {
  const { node, operand, ops, builder } = foreign;
  const [a, b] = [operand(0), operand(1)];
  const left = arranged(foreign, a, intOf(node, 'transA', 0) === 1, intOf(node, 'transBatchA', 0) === 1);
  const right = arranged(foreign, b, intOf(node, 'transB', 0) === 1, intOf(node, 'transBatchB', 0) === 1);
  if (left === undefined || right === undefined) return undefined;
  const alpha = floatOf(node, 'alpha', 1);
  const product = ops.MatMul(left, right);
  return [alpha === 1 ? product : ops.Mul(product, builder.scalar(alpha))];
};

/** f(Gemm(A, B, C)) */
const fusedGemm: Rewriting = (foreign) => {
  const { node, x, add } = foreign;
  const names = ['activation_alpha', 'activation_beta', 'activation_gamma'];
  const result = add('Gemm', x, without(node.attributes, 'activation', ...names));
  const given = names.map((name) => floatOf(node, name));
  const y = activated(foreign, result, stringOf(node, 'activation', ''), given);
  return y === undefined ? undefined : [y];
};

/** f(Conv(x, w, b) + z) */
const fusedConv: Rewriting = (foreign) => {
  const { node, operand, optional, add, ops } = foreign;
  const [image, weights, bias, other] = [operand(0), operand(1), optional(2), optional(3)];
  const inputs = bias === undefined ? [image, weights] : [image, weights, bias];
  const convolved = add('Conv', inputs, without(node.attributes, 'activation', 'activation_params'));
  const sum = other === undefined ? convolved : ops.Add(convolved, other);
  const y = activated(foreign, sum, stringOf(node, 'activation', ''), floatsOf(node, 'activation_params', []));
  return y === undefined ? undefined : [y];
};

/** Products that ONNX Runtime's optimiser fuses with what stands around them. */
export const matrixRewritings: Rewritings = {
  'com.microsoft::FusedMatMul': fusedMatMul,
  'com.microsoft::TransposeMatMul': fusedMatMul,
  'com.microsoft::FusedGemm': fusedGemm,
  'com.microsoft::FusedConv': fusedConv,
};
