import { float } from '../../../../src/onnx/attributes.ts';
import { distinct } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

const matmul = (a: readonly number[], b: readonly number[], batched: readonly number[] = []): OperatorCase => ({
  op: 'MatMul',
  inputs: [distinct(a), distinct(b, 2)],
  batched,
});

const einsum = (equation: string, ...shapes: readonly (readonly number[])[]): OperatorCase => ({
  op: 'Einsum',
  inputs: shapes.map((dims, i) => distinct(dims, i)),
  attributes: { equation },
});

const gemm = (transA: number, transB: number, bias?: readonly number[]): OperatorCase => ({
  op: 'Gemm',
  inputs: [
    distinct(transA ? [4, 3] : [3, 4]),
    distinct(transB ? [5, 4] : [4, 5], 2),
    ...(bias ? [distinct(bias, 3)] : []),
  ],
  attributes: { transA, transB, alpha: float(0.7), beta: float(1.3) },
  batched: transA ? [] : [0],
});

export const matrixCases: readonly OperatorCase[] = [
  matmul([3, 4], [4, 5], [0]),
  matmul([3, 2, 4], [4, 5], [0]),
  matmul([3, 2, 3, 4], [3, 2, 4, 5], [0, 1]),
  matmul([3, 1, 3, 4], [2, 4, 5], [0]),
  matmul([3, 4], [2, 4, 5]),
  matmul([2, 3, 4], [3, 2, 4, 5], [1]),
  matmul([4], [4]),
  matmul([4], [4, 5]),
  matmul([3, 4], [4], [0]),
  matmul([4], [3, 2, 4, 5], [1]),
  matmul([3, 2, 3, 4], [4], [0]),
  ...[0, 1].flatMap((transA) => [0, 1].map((transB) => gemm(transA, transB, [5]))),
  gemm(0, 0),
  gemm(0, 1, [1, 5]),
  gemm(1, 0, [3, 1]),
  gemm(0, 0, []),
  gemm(0, 0, [1]),
  gemm(1, 1, [3, 5]),
  { op: 'Gemm', inputs: [distinct([3, 4]), distinct([4, 5], 2)], batched: [0] },
  einsum('ij,jk->ik', [3, 4], [4, 5]),
  einsum('ij,jk', [3, 4], [4, 5]),
  einsum('bhid,bhjd->bhij', [2, 3, 4, 5], [2, 3, 6, 5]),
  einsum('...ij,...jk->...ik', [2, 3, 4], [1, 4, 2]),
  einsum('i...,i...->...', [3, 2, 4], [3, 2, 4]),
  einsum('ij->j', [3, 4]),
  einsum('ij->ji', [3, 4]),
  einsum('ij->', [3, 4]),
  einsum('ii->i', [4, 4]),
  einsum('ii->', [4, 4]),
  einsum('bii->bi', [2, 3, 3]),
  einsum('iij,j->i', [3, 3, 4], [4]),
  einsum('i,i->', [4], [4]),
  einsum('i,j->ij', [3], [4]),
  einsum('ij,ik->i', [3, 4], [3, 2]),
  einsum('ij,jk,kl->il', [2, 3], [3, 4], [4, 2]),
  einsum('ba', [3, 4]),
];
