import type { Judged } from './judged.ts';
import type { KnownTruth } from './knownTruth.ts';

/** How a method does over all that is known. */
export interface Standing {
  readonly id: string;
  readonly title: string;
  /** Tetromino networks in which its precision is above that of every baseline, of `networks` that it was judged on. */
  readonly above: number;
  readonly networks: number;
  /** Its mass on the tag, where the tag is all that tells the class; absent where that was not judged. */
  readonly mass?: number;
  /** Hand-set networks whose Shapley values it meets, of `handSet` that it was judged on. */
  readonly exact: number;
  readonly handSet: number;
}

/** A distance below it is rounding and sampling, not another answer. */
const met = 0.01;

/** Methods, those that are above the baselines in the largest share of networks first; of equal ones the one with more mass on the tag. */
export function standingsOf({ tetrominoes, shortcuts, shapley }: KnownTruth): readonly Standing[] {
  const tables = tetrominoes
    .flatMap(({ networks }) => networks.map(({ rows }) => rows))
    .filter((one) => one.length > 0);
  const alone = shortcuts.find(({ kind }) => kind === 'tag alone')?.rows ?? [];
  const handSet = shapley.map(({ rows }) => rows);
  const all = [...tables, ...shortcuts.map(({ rows }) => rows), ...handSet].flat();
  const methods = [...new Map(all.filter(({ baseline }) => !baseline).map((row) => [row.id, row.title]))];
  const standings = methods.map(([id, title]): Standing => {
    const own = handSet.flatMap((rows) => rows.find((row) => row.id === id) ?? []);
    return {
      id,
      title,
      above: tables.filter((rows) => findersOf(rows).includes(id)).length,
      networks: tables.filter((rows) => rows.some((row) => row.id === id)).length,
      mass: alone.find((row) => row.id === id)?.figures.mass.mean,
      exact: own.filter(({ figures }) => figures.distance.mean < met).length,
      handSet: own.length,
    };
  });
  const share = ({ above, networks }: Standing) => (networks === 0 ? 0 : above / networks);
  return standings.sort((a, b) => share(b) - share(a) || (b.mass ?? 0) - (a.mass ?? 0));
}

/** The methods whose precision's interval lies above the intervals of all baselines. */
export function findersOf(rows: readonly Judged<'precision'>[]): readonly string[] {
  const bar = Math.max(...rows.filter(({ baseline }) => baseline).map(({ figures }) => figures.precision.high));
  return rows.filter(({ baseline, figures }) => !baseline && figures.precision.low > bar).map(({ id }) => id);
}
