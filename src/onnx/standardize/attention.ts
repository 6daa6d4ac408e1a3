import { floatOf, intOf, intsOf } from '../attributes.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';

interface Heads {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly count: number;
  /** The length of a head's queries and keys. */
  readonly size: number;
  readonly bias: string | undefined;
}

/** softmax(scale Q K^T + bias) V for each head, of [batch, sequence, heads size]; the heads side by side again. */
function attended(foreign: Foreign, { query, key, value, count, size, bias }: Heads): string {
  const { node, add, ops, builder } = foreign;
  const split = (name: string, perm: readonly number[]) =>
    add('Transpose', [ops.Reshape(name, builder.ints([0, 0, count, -1]))], { perm });
  const given = floatOf(node, 'scale', 0);
  const scale = builder.scalar(given === 0 ? 1 / Math.sqrt(size) : given);
  const scores = ops.Mul(ops.MatMul(split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1])), scale);
  const weights = add('Softmax', [bias === undefined ? scores : ops.Add(scores, bias)], { axis: -1 });
  const mixed = ops.MatMul(weights, split(value, [0, 2, 1, 3]));
  return ops.Reshape(add('Transpose', [mixed], { perm: [0, 2, 1, 3] }), builder.ints([0, 0, -1]));
}

/** Self-attention of x W + b, whose columns are queries, keys and values. Without masks and memory of earlier steps. */
const packed: Rewriting = (foreign) => {
  const { node, ops, dims, builder, operand, optional } = foreign;
  const [weights, bias] = [operand(1), optional(2)];
  const count = intOf(node, 'num_heads', 0);
  const columns = dims(weights)?.[1];
  if (columns === undefined || count < 1 || optional(3) !== undefined || optional(4) !== undefined) return undefined;
  if (intOf(node, 'unidirectional', 0) === 1 || intOf(node, 'do_rotary', 0) === 1) return undefined;
  const given = intsOf(node, 'qkv_hidden_sizes', []);
  const sizes = given.length === 3 ? given : [columns / 3, columns / 3, columns / 3];
  const product = ops.MatMul(operand(0), weights);
  const projected = bias === undefined ? product : ops.Add(product, bias);
  const [query = '', key = '', value = ''] = builder.addMany('Split', [projected, builder.ints(sizes)], 3, {
    axis: -1,
  });
  return [attended(foreign, { query, key, value, count, size: (sizes[0] ?? 0) / count, bias: optional(5) })];
};

/** Attention of queries, keys and values [batch, sequence, hidden], each with its part of the bias. */
const multiHead: Rewriting = (foreign) => {
  const { node, x, ops, dims, builder, operand, optional } = foreign;
  const [query, key, value, bias] = [operand(0), optional(1), optional(2), optional(3)];
  const count = intOf(node, 'num_heads', 0);
  const hidden = dims(query)?.[2];
  if (key === undefined || value === undefined) return undefined;
  const plain = [query, key, value].every((name) => dims(name)?.length === 3);
  // Neither padding nor memory of earlier steps.
  const others = [x[4], ...x.slice(6)].some(Boolean);
  if (!plain || hidden === undefined || count < 1 || others) return undefined;
  if (intOf(node, 'unidirectional', 0) === 1) return undefined;
  const width = dims(value)?.[2] ?? hidden;
  const biases =
    bias === undefined ? [] : builder.addMany('Split', [bias, builder.ints([hidden, hidden, width])], 3, { axis: 0 });
  const biased = (name: string, i: number) => (biases[i] === undefined ? name : ops.Add(name, biases[i]));
  const parts = { query: biased(query, 0), key: biased(key, 1), value: biased(value, 2) };
  return [attended(foreign, { ...parts, count, size: hidden / count, bias: optional(5) })];
};

/** Attention that ONNX Runtime's transformer optimiser fuses. */
export const attentionRewritings: Rewritings = {
  'com.microsoft::Attention': packed,
  'com.microsoft::MultiHeadAttention': multiHead,
};
