import type { Random } from '../../random/random.ts';

/** An eigenvalue and its vector, of length 1. */
export interface Eigenpair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** What has only to be multiplied with: a symmetric matrix whose eigenvalues lie from 0 to 1. */
export interface SymmetricOperator {
  readonly size: number;
  multiply(vector: Float64Array): Float64Array;
}

/** Polynomials of this degree; more rounds than this are not needed where eigenvalues are told apart at all. */
const degree = 16;
const mostRounds = 30;
const tolerance = 1e-6;

/**
 * The eigenvectors of the largest eigenvalues, also of equal ones (a graph of several parts has one for each): a block of vectors is
 * filtered by Chebyshev polynomials that damp the smaller eigenvalues, and turned into eigenvectors within its span (Rayleigh and
 * Ritz), until the values stay (Zhou, Saad, Tiago & Chelikowsky 2006).
 * @returns in descending order
 */
export function largestEigenpairs(operator: SymmetricOperator, count: number, source: Random): readonly Eigenpair[] {
  const { size } = operator;
  const block = Math.min(size, count + 8);
  let vectors: readonly Float64Array[] = Array.from({ length: block }, () =>
    Float64Array.from({ length: size }, () => source.uniform() - 0.5),
  );
  let pairs = ritz(operator, orthonormal(vectors));
  for (let round = 0; round < mostRounds && block < size; round++) {
    const before = pairs.map(({ value }) => value);
    // All below the block's last eigenvalue is damped.
    const edge = Math.max(1e-3, Math.min(0.999, before.at(-1) ?? 0.5));
    vectors = pairs.map(({ vector }) => filtered(operator, vector, edge));
    pairs = ritz(operator, orthonormal(vectors));
    const moved = pairs.slice(0, count).map(({ value }, i) => Math.abs(value - (before[i] ?? 0)));
    if (Math.max(...moved) < tolerance) break;
  }
  return pairs.slice(0, count);
}

/** T((2A - edge) / edge) v, with T the Chebyshev polynomial: at most 1 for eigenvalues from 0 to `edge`, growing fast above. */
function filtered({ multiply }: SymmetricOperator, vector: Float64Array, edge: number): Float64Array {
  const scaled = (x: Float64Array) => {
    const product = multiply(x);
    return product.map((value, i) => (2 * value) / edge - (x[i] ?? 0));
  };
  let [last, current] = [vector, scaled(vector)];
  for (let k = 2; k <= degree; k++) {
    const [older, next] = [last, scaled(current)];
    last = current;
    current = next.map((value, i) => 2 * value - (older[i] ?? 0));
  }
  return current;
}

/** Gram and Schmidt, twice, for what rounding leaves. */
function orthonormal(vectors: readonly Float64Array[]): readonly Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const own = Float64Array.from(vector);
    const scale = length(own);
    for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) / (scale || 1);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of done) {
        const along = dot(own, other);
        for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) - along * (other[i] ?? 0);
      }
    }
    const left = length(own);
    if (left > 1e-10) done.push(own.map((value) => value / left));
  }
  return done;
}

/** The eigenpairs of the operator within the span of an orthonormal basis. */
function ritz({ multiply }: SymmetricOperator, basis: readonly Float64Array[]): readonly Eigenpair[] {
  const products = basis.map((vector) => multiply(vector));
  const small = basis.map((one) => products.map((other) => dot(one, other)));
  return symmetricEigenpairs(small).map(({ value, vector: weights }) => {
    const vector = new Float64Array(basis[0]?.length ?? 0);
    for (const [k, one] of basis.entries()) {
      for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) + (weights[k] ?? 0) * (one[i] ?? 0);
    }
    return { value, vector };
  });
}

/** All eigenpairs of a small symmetric matrix, by Jacobi's rotations, in descending order. */
export function symmetricEigenpairs(matrix: readonly (readonly number[])[]): readonly Eigenpair[] {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const vectors = matrix.map((_, i) => Float64Array.from({ length: n }, (__, j) => Number(i === j)));
  const at = (rows: readonly Float64Array[], i: number, j: number) => rows[i]?.[j] ?? 0;
  const rotate = (rows: readonly Float64Array[], [i, j, k, l]: readonly number[], sine: number, tau: number) => {
    const [one, other] = [at(rows, i ?? 0, j ?? 0), at(rows, k ?? 0, l ?? 0)];
    const [first, second] = [rows[i ?? 0], rows[k ?? 0]];
    if (first) first[j ?? 0] = one - sine * (other + tau * one);
    if (second) second[l ?? 0] = other + sine * (one - tau * other);
  };
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += at(a, p, q) ** 2;
    if (off < 1e-24) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(at(a, p, q)) < 1e-18) continue;
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q));
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const [sine, tau] = [tangent * cosine, (tangent * cosine) / (1 + cosine)];
        for (let k = 0; k < n; k++) rotate(a, [k, p, k, q], sine, tau);
        for (let k = 0; k < n; k++) rotate(a, [p, k, q, k], sine, tau);
        for (let k = 0; k < n; k++) rotate(vectors, [k, p, k, q], sine, tau);
      }
    }
  }
  const pairs = a.map((row, i) => ({ value: row[i] ?? 0, vector: Float64Array.from(vectors, (own) => own[i] ?? 0) }));
  return pairs.sort((one, other) => other.value - one.value);
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}

function length(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}
