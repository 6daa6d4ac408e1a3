import { floatOf, intOf } from '../../../onnx/attributes.ts';
import type { Call, GradientTable } from '../rule.ts';

function transposed({ add }: Call, matrix: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return add('Transpose', [matrix], { perm });
}

export const matrixRules = {
  // y = alpha A' B' + beta c, where ' transposes if the attribute says so:
  // dA' = alpha dy B'^T, dB' = alpha A'^T dy, dc = beta dy
  Gemm: {
    kind: 'rule',
    broadcast: (input, output, index) => (index === 2 ? output : input),
    rule: ({ node, dy, add, ops, builder, operand }) => {
      const [a, b] = [operand(0), operand(1)];
      const alpha = { type: 'float', value: floatOf(node, 'alpha', 1) } as const;
      const beta = floatOf(node, 'beta', 1);
      const transA = intOf(node, 'transA', 0);
      const transB = intOf(node, 'transB', 0);
      const product = (left: string, right: string, transA: number, transB: number) =>
        add('Gemm', [left, right], { alpha, transA, transB });
      return [
        () => (transA ? product(b, dy, transB, 1) : product(dy, b, 0, 1 - transB)),
        () => (transB ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0)),
        () => (beta === 1 ? dy : ops.Mul(dy, builder.scalar(beta))),
      ];
    },
  },
  // y = A B over the last two dimensions, the others broadcast: dA = dy B^T, dB = A^T dy.
  // A vector on either side is a matrix with one row (column) whose dimension is dropped from y.
  MatMul: {
    kind: 'rule',
    broadcast: (input, output) => {
      if (input.length < 2) return input;
      const batch = output.slice(0, Math.max(0, output.length - 2));
      return batch.length < input.length - 2 ? input : [...batch, ...input.slice(-2)];
    },
    rule: (call) => {
      const { dy, ops, add, dims, builder, operand } = call;
      const [a, b] = [operand(0), operand(1)];
      const [rankA, rankB] = [dims(a).length, dims(b).length];
      if (rankA >= 2 && rankB >= 2) {
        return [() => ops.MatMul(dy, transposed(call, b, rankB)), () => ops.MatMul(transposed(call, a, rankA), dy)];
      }
      const column = (name: string) => ops.Unsqueeze(name, builder.ints([-1]));
      const row = (name: string) => ops.Unsqueeze(name, builder.ints([-2]));
      const matrixA = rankA === 1 ? row(a) : a;
      const matrixB = rankB === 1 ? column(b) : b;
      const withRow = rankA === 1 ? ops.Unsqueeze(dy, builder.ints([rankB === 1 ? -1 : -2])) : dy;
      const full = rankB === 1 ? column(withRow) : withRow;
      const likeInput = (gradient: string, input: string, rank: number) =>
        rank === 1 ? ops.Reshape(sumToMatrix(call, gradient), add('Shape', [input])) : gradient;
      return [
        () => likeInput(ops.MatMul(full, transposed(call, matrixB, Math.max(rankB, 2))), a, rankA),
        () => likeInput(ops.MatMul(transposed(call, matrixA, Math.max(rankA, 2)), full), b, rankB),
      ];
    },
  },
} satisfies GradientTable;

/** Sums a vector operand's gradient over the batch dimensions of the other operand. */
function sumToMatrix({ add, builder, dims, x }: Call, gradient: string): string {
  const batch = Math.max(...x.map((name) => dims(name).length)) - 2;
  if (batch <= 0) return gradient;
  const axes = Array.from({ length: batch }, (_, i) => i);
  return add('ReduceSum', [gradient, builder.ints(axes)], { keepdims: 1 });
}
