/** Cells in which some maps have evidence, and the other maps next to none. */
export interface EvidencePlace {
  /** Places of the cells, the strongest first. */
  readonly cells: readonly number[];
  /** Part of these maps' evidence that lies there. */
  readonly share: number;
  /** Of these maps, how many have at least half that share there: 1 where it is always in the same place. */
  readonly fixed: number;
}

/** Evidence for the class: what is above 0, as parts of its sum; all 0 where there is none. */
export function evidenceOf(row: Float32Array): Float32Array {
  let sum = 0;
  for (const value of row) sum += Math.max(0, value);
  return sum > 0 ? row.map((value) => Math.max(0, value) / sum) : new Float32Array(row.length);
}

/** Evidence is next to none where it is less than a sixtieth. */
const lift = 60;
/** A share that counts as none at all. */
const nothing = 1e-5;

/**
 * The cells that belong to these maps alone.
 * @param evidence of these maps, see `evidenceOf`; of the others their mean
 */
export function evidencePlace(evidence: readonly Float32Array[], others: Float64Array): EvidencePlace {
  const mean = meanOf(evidence, others.length);
  const cells = Array.from(mean.keys())
    .filter((cell) => (mean[cell] ?? 0) > lift * Math.max(nothing, others[cell] ?? 0))
    .sort((a, b) => (mean[b] ?? 0) - (mean[a] ?? 0));
  const sumIn = (values: ArrayLike<number>) => cells.reduce((sum, cell) => sum + (values[cell] ?? 0), 0);
  const share = sumIn(mean);
  const strong = evidence.filter((one) => sumIn(one) >= share / 2).length;
  return { cells, share, fixed: share === 0 ? 0 : strong / evidence.length };
}

/** The mean of rows; zeros for none. */
export function meanOf(rows: readonly ArrayLike<number>[], length: number): Float64Array {
  const mean = new Float64Array(length);
  for (const row of rows) for (let i = 0; i < length; i++) mean[i] = (mean[i] ?? 0) + (row[i] ?? 0) / rows.length;
  return mean;
}
