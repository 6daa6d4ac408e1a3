/*
 * The smallest value of a linear function in a box, under a few linear conditions:
 *
 *   minimise c . x   where A x >= b, low <= x <= high.
 *
 * Dual simplex with bounded variables and the long-step ratio test (Maros, Computational Techniques of the Simplex Method,
 * 2003, chapter 10). It begins at the corner of the box where c . x is smallest, with every condition's surplus s = A x - b in
 * the basis, so it needs no first phase; its objective only rises, and each of its multipliers y gives a bound of the minimum.
 */

export interface BoxProgram {
  readonly cost: Float64Array;
  /** One row of A for each condition, and its b. */
  readonly conditions: readonly { readonly row: Float64Array; readonly atLeast: number }[];
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface BoxSolution {
  /** No x in the box meets the conditions; y proves it. */
  readonly isEmpty: boolean;
  readonly x: Float64Array;
  /** The multipliers of the conditions, 0 or more. */
  readonly y: Float64Array;
}

const tolerance = 1e-11;

/** @returns undefined where rounding kept it from an end within the iterations allowed. */
export function solveBox({ cost, conditions, low, high }: BoxProgram, iterations = 500): BoxSolution | undefined {
  const [n, m] = [cost.length, conditions.length];
  const x = cost.map((c, i) => (c > 0 ? low[i] : high[i]) ?? 0);
  // Variables: n of x, then m surpluses with the columns -1.
  const basis = Array.from({ length: m }, (_, r) => n + r);
  const column = (v: number): number[] =>
    conditions.map(({ row }, r) => (v < n ? (row[v] ?? 0) : v - n === r ? -1 : 0));
  const costOf = (v: number) => (v < n ? (cost[v] ?? 0) : 0);
  const surplusNow = new Float64Array(m);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const inverse = inverted(basis.map(column));
    if (!inverse) return undefined;
    const isBasic = new Uint8Array(n + m);
    for (const v of basis) isBasic[v] = 1;
    // B x_B = b - (columns of what is not in the basis)
    const right = conditions.map(({ row, atLeast }, r) => {
      let value = atLeast;
      for (let i = 0; i < n; i++) if (isBasic[i] === 0) value -= (row[i] ?? 0) * (x[i] ?? 0);
      return isBasic[n + r] === 1 ? value : value + (surplusNow[r] ?? 0);
    });
    const values = basis.map((_, k) => right.reduce((sum, value, r) => sum + (inverse[k]?.[r] ?? 0) * value, 0));
    basis.forEach((v, k) => {
      if (v < n) x[v] = values[k] ?? 0;
      else surplusNow[v - n] = values[k] ?? 0;
    });
    // y^T = c_B^T B^-1
    const y = Float64Array.from(conditions, (_, r) =>
      basis.reduce((sum, v, k) => sum + costOf(v) * (inverse[k]?.[r] ?? 0), 0),
    );
    const leaving = worstBasic(basis, values, n, low, high);
    if (!leaving) return { isEmpty: false, x, y: y.map((value) => Math.max(0, value)) };
    const { k, below, by } = leaving;
    const rho = Float64Array.from(inverse[k] ?? []);
    // How each variable outside the basis changes the leaving one, as it would have to.
    const sign = below ? 1 : -1;
    const candidates: { v: number; slope: number; ratio: number }[] = [];
    for (let v = 0; v < n + m; v++) {
      if (isBasic[v] === 1) continue;
      const along = v < n ? dotColumn(conditions, rho, v) : -(rho[v - n] ?? 0);
      if (Math.abs(along) < tolerance) continue;
      const reduced = costOf(v) - (v < n ? dotColumn(conditions, y, v) : -(y[v - n] ?? 0));
      // The leaving one changes by -along for each step of v; steps lead away from the bound v is at.
      const atLow = v >= n || (x[v] ?? 0) <= (low[v] ?? 0);
      const helps = sign * -along * (atLow ? 1 : -1) > 0;
      if (helps) candidates.push({ v, slope: Math.abs(along), ratio: Math.abs(reduced / along) });
    }
    candidates.sort((a, b) => a.ratio - b.ratio || b.slope - a.slope);
    let left = by;
    let entering: number | undefined;
    for (const { v, slope } of candidates) {
      const range = v < n ? (high[v] ?? 0) - (low[v] ?? 0) : Number.POSITIVE_INFINITY;
      if (left - slope * range <= 0) {
        entering = v;
        break;
      }
      left -= slope * range;
      x[v] = (x[v] ?? 0) <= (low[v] ?? 0) ? (high[v] ?? 0) : (low[v] ?? 0);
    }
    if (entering === undefined) {
      return {
        isEmpty: true,
        x,
        y: y.map((value, r) => Math.max(0, value - raised(candidates) * sign * (rho[r] ?? 0))),
      };
    }
    const out = basis[k] ?? 0;
    if (out < n) x[out] = (below ? low[out] : high[out]) ?? 0;
    else surplusNow[out - n] = 0;
    basis[k] = entering;
  }
  return undefined;
}

/** How far y may go along a ray that only helps: past every kink. */
function raised(candidates: readonly { readonly ratio: number }[]): number {
  return 10 * (1 + Math.max(0, ...candidates.map(({ ratio }) => ratio)));
}

function dotColumn(conditions: BoxProgram['conditions'], y: Float64Array, v: number): number {
  let sum = 0;
  for (let r = 0; r < conditions.length; r++) sum += (y[r] ?? 0) * (conditions[r]?.row[v] ?? 0);
  return sum;
}

/** The basic variable that is furthest outside its bounds. */
function worstBasic(
  basis: readonly number[],
  values: readonly number[],
  n: number,
  low: Float64Array,
  high: Float64Array,
) {
  let worst: { k: number; below: boolean; by: number } | undefined;
  basis.forEach((v, k) => {
    const value = values[k] ?? 0;
    const under = (v < n ? (low[v] ?? 0) : 0) - value;
    const over = v < n ? value - (high[v] ?? 0) : Number.NEGATIVE_INFINITY;
    const by = Math.max(under, over);
    if (by > Math.max(tolerance, worst?.by ?? 0)) worst = { k, below: under > over, by };
  });
  return worst;
}

/** The inverse of a matrix given by its columns, as rows; undefined where it has none. Gauss and Jordan, with pivots. */
function inverted(columns: readonly (readonly number[])[]): number[][] | undefined {
  const m = columns.length;
  const a = Array.from({ length: m }, (_, r) => [
    ...columns.map((column) => column[r] ?? 0),
    ...Array.from({ length: m }, (_, i) => (i === r ? 1 : 0)),
  ]);
  for (let k = 0; k < m; k++) {
    let pivot = k;
    for (let r = k + 1; r < m; r++) if (Math.abs(a[r]?.[k] ?? 0) > Math.abs(a[pivot]?.[k] ?? 0)) pivot = r;
    const [own, other] = [a[pivot], a[k]];
    if (!own || !other || Math.abs(own[k] ?? 0) < 1e-13) return undefined;
    a[pivot] = other;
    const scaled = own.map((value) => value / (own[k] ?? 1));
    a[k] = scaled;
    for (let r = 0; r < m; r++) {
      const row = a[r];
      const factor = row?.[k] ?? 0;
      if (r !== k && row && factor !== 0) a[r] = row.map((value, i) => value - factor * (scaled[i] ?? 0));
    }
  }
  return a.map((row) => row.slice(m));
}
