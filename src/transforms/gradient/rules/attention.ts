import { floatOf, intOf } from '../../../onnx/attributes.ts';
import { isFloat } from '../../../onnx/elementType.ts';
import type { Node } from '../../../onnx/graph.ts';
import { float32 } from '../../../onnx/tensor.ts';
import { sumTo } from '../gradientValues.ts';
import { type Call, except, type GradientTable, rule } from '../rule.ts';

/** Sizes of a node: heads of queries and of keys, lengths of both sequences. The batch is not among them. */
interface Sizes {
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
}

function sizesOf({ node, dims, operand }: Call): Sizes {
  const [q, k] = [dims(operand(0)), dims(operand(1))];
  const split = q.length === 4;
  const heads = split ? (q[1] ?? 1) : intOf(node, 'q_num_heads', 1);
  const keyHeads = split ? (k[1] ?? 1) : intOf(node, 'kv_num_heads', 1);
  return { heads, keyHeads, queries: q.at(-2) ?? 1, keys: k.at(-2) ?? 1 };
}

export const attentionRules = {
  // Head by head S = cap(s Q K^T) + mask, P = softmax(S), Y = P V, with cap(z) = c tanh(z / c) if there is a softcap:
  // dV = P^T dY, dP = dY V^T, dS = P (dP - sum(dP P)), dZ = dS (1 - (cap / c)^2), dQ = s dZ K, dK = s dZ^T Q.
  // A key head that serves several query heads gets the sum of theirs.
  Attention: except(
    rule((call) => {
      const { dy, facts, dims, ops, add, builder, operand, optional } = call;
      const mask = optional(3);
      const sizes = sizesOf(call);
      const q = () => withHeads(call, operand(0), sizes.heads);
      const k = () =>
        shared(call, withHeads(call, operand(1), sizes.keyHeads), sizes, headSize(call, 1, sizes.keyHeads));
      const v = () =>
        shared(call, withHeads(call, operand(2), sizes.keyHeads), sizes, headSize(call, 2, sizes.keyHeads));
      const g = () => withHeads(call, dy, sizes.heads);
      const scale = builder.scalar(floatOf(call.node, 'scale', 1 / Math.sqrt(headSize(call, 0, sizes.heads))));
      const forward = () => weights(call, sizes, q(), k(), scale);
      const scores = ({ p }: Forward) => {
        const dp = ops.MatMul(g(), swapped(call, v()));
        const sum = add('ReduceSum', [ops.Mul(dp, p), builder.ints([-1])], { keepdims: 1 });
        return ops.Mul(p, ops.Sub(dp, sum));
      };
      const products = () => {
        const pass = forward();
        const ds = scores(pass);
        return ops.Mul(scale, pass.capSlope === undefined ? ds : ops.Mul(ds, pass.capSlope));
      };
      return [
        () => withoutHeads(call, ops.MatMul(products(), k()), 0),
        () => withoutHeads(call, unshared(call, ops.MatMul(swapped(call, products()), q()), sizes, 1), 1),
        () => withoutHeads(call, unshared(call, ops.MatMul(swapped(call, forward().p), g()), sizes, 2), 2),
        mask === undefined || !isFloat(facts(mask).type)
          ? undefined
          : () => {
              const all = [dims(operand(0))[0] ?? 1, sizes.heads, sizes.queries, sizes.keys];
              return sumTo(builder, scores(forward()), all, dims(mask));
            },
      ];
    }),
    ({ inputs, outputs }: Node) => {
      if (inputs.slice(4).some((name) => name !== '')) return 'no rule for keys and values of the past';
      return outputs.slice(1).some((name) => name !== '') ? 'no rule for more outputs than the first' : undefined;
    },
  ),
} satisfies GradientTable;

function headSize({ dims, operand }: Call, input: number, heads: number): number {
  const size = dims(operand(input));
  return size.length === 4 ? (size[3] ?? 1) : (size[2] ?? 1) / heads;
}

/** [batch, sequence, heads * size] -> [batch, heads, sequence, size]; what has heads already stays. */
function withHeads({ dims, ops, add, builder, operand }: Call, value: string, heads: number): string {
  if (dims(operand(0)).length === 4) return value;
  return add('Transpose', [ops.Reshape(value, builder.ints([0, 0, heads, -1]))], { perm: [0, 2, 1, 3] });
}

/** The way back, to the shape of an input. */
function withoutHeads({ dims, ops, add, operand }: Call, value: string, input: number): string {
  const name = operand(input);
  if (dims(name).length === 4) return value;
  return ops.Reshape(add('Transpose', [value], { perm: [0, 2, 1, 3] }), add('Shape', [name]));
}

/** Key heads repeated for the query heads that they serve. */
function shared({ ops, builder }: Call, value: string, { heads, keyHeads, keys }: Sizes, size: number): string {
  if (heads === keyHeads) return value;
  const repeated = ops.Expand(ops.Unsqueeze(value, builder.ints([2])), builder.ints([1, 1, heads / keyHeads, 1, 1]));
  return ops.Reshape(repeated, builder.ints([-1, heads, keys, size]));
}

function unshared(call: Call, value: string, { heads, keyHeads, keys }: Sizes, input: number): string {
  if (heads === keyHeads) return value;
  const { ops, add, builder } = call;
  const size = headSize(call, input, keyHeads);
  const grouped = ops.Reshape(value, builder.ints([-1, keyHeads, heads / keyHeads, keys, size]));
  return add('ReduceSum', [grouped, builder.ints([2])], { keepdims: 0 });
}

function swapped({ add }: Call, value: string): string {
  return add('Transpose', [value], { perm: [0, 1, 3, 2] });
}

interface Forward {
  readonly p: string;
  /** 1 - (cap / c)^2; undefined without a softcap. */
  readonly capSlope: string | undefined;
}

/** P = softmax(cap(s Q K^T) + mask). The cap comes before the mask, as in ONNX Runtime. */
function weights(call: Call, { queries, keys }: Sizes, q: string, k: string, scale: string): Forward {
  const { node, facts, ops, add, builder, optional } = call;
  const mask = optional(3);
  const products = ops.Mul(scale, ops.MatMul(q, swapped(call, k)));
  const softcap = floatOf(node, 'softcap', 0);
  const cap = builder.scalar(softcap);
  const ratio = softcap === 0 ? undefined : ops.Tanh(ops.Div(products, cap));
  const capped = ratio === undefined ? products : ops.Mul(cap, ratio);
  const never = builder.scalar(Number.NEGATIVE_INFINITY);
  const allowed =
    mask === undefined ? capped : isFloat(facts(mask).type) ? ops.Add(capped, mask) : ops.Where(mask, capped, never);
  const causal = () => {
    const later = Float32Array.from({ length: queries * keys }, (_, i) =>
      i % keys > Math.floor(i / keys) ? Number.NEGATIVE_INFINITY : 0,
    );
    return ops.Add(allowed, builder.constant(float32([queries, keys], later), 'causal'));
  };
  const masked = intOf(node, 'is_causal', 0) === 1 ? causal() : allowed;
  const capSlope = ratio && ops.Sub(builder.scalar(1), ops.Mul(ratio, ratio));
  return { p: add('Softmax', [masked], { axis: -1 }), capSlope };
}
