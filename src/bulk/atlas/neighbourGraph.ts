/** A symmetric graph: for each node its neighbours, and how much each edge weighs. */
export interface NeighbourGraph {
  readonly neighbours: readonly (readonly number[])[];
}

/** The places of the `k` rows that are most alike to one, by the product with it; itself left out. */
export function nearest(row: Float32Array, others: readonly Float32Array[], k: number, itself = -1): readonly number[] {
  const places = new Int32Array(k).fill(-1);
  const values = new Float64Array(k).fill(Number.NEGATIVE_INFINITY);
  for (const [j, other] of others.entries()) {
    if (j === itself) continue;
    let product = 0;
    for (let i = 0; i < row.length; i++) product += (row[i] ?? 0) * (other[i] ?? 0);
    if (product <= (values[k - 1] ?? 0)) continue;
    let at = k - 1;
    for (; at > 0 && (values[at - 1] ?? 0) < product; at--) {
      values[at] = values[at - 1] ?? 0;
      places[at] = places[at - 1] ?? -1;
    }
    values[at] = product;
    places[at] = j;
  }
  return Array.from(places).filter((place) => place >= 0);
}

/** Joins each row with the `k` most alike: an edge counts 1, from whichever side it was found. */
export function neighbourGraph(rows: readonly Float32Array[], k: number): NeighbourGraph {
  const sets = rows.map(() => new Set<number>());
  for (const [i, row] of rows.entries()) {
    for (const j of nearest(row, rows, Math.min(k, rows.length - 1), i)) {
      sets[i]?.add(j);
      sets[j]?.add(i);
    }
  }
  return { neighbours: sets.map((set) => [...set].sort((a, b) => a - b)) };
}
