import { bitSet } from './bitSet.ts';
import { type BooleanNetwork, classTables } from './booleanNetwork.ts';
import { logProducts, signsOf } from './conjunctions.ts';
import { type Dnf, simplified } from './dnf.ts';
import { type FeatureTable, type LiteralLogs, literalLogs } from './featureTable.ts';
import { termOf } from './term.ts';

/** Beyond this the corners that images come near to are too many to simplify over. */
const mostFeatures = 12;

/**
 * The functions of the classes, composed over several layers, as short DNFs that are right at every corner of the cube that
 * an image is nearest to; elsewhere they may differ. Undefined for more than 12 features.
 */
export function composedDnfs(network: BooleanNetwork, table: FeatureTable): readonly Dnf[] | undefined {
  const n = table.columns.length;
  const tables = n <= mostFeatures ? classTables(network) : undefined;
  return tables?.map((truth) => {
    const rows = nearestCorners(table).map((corner) => ({
      corner,
      vertex: bitSet(
        n,
        Array.from({ length: n }, (_, i) => i).filter((i) => (corner >> i) & 1),
      ),
      value: truth[corner] === 1,
    }));
    const minterms = rows
      .filter(({ value }) => value)
      .map(({ corner }) =>
        termOf(
          n,
          Array.from({ length: n }, (_, variable) => ({ variable, negated: ((corner >> variable) & 1) === 0 })),
        ),
      );
    return simplified(minterms, rows);
  });
}

/** The corners that the features of the images round to, each once. */
function nearestCorners({ count, columns }: FeatureTable): number[] {
  const corners = new Set<number>();
  for (let row = 0; row < count; row++) {
    let corner = 0;
    for (let i = 0; i < columns.length; i++) if ((columns[i]?.[row] ?? 0) >= 0.5) corner |= 1 << i;
    corners.add(corner);
  }
  return [...corners].sort((a, b) => a - b);
}

/** The logarithm of a DNF's largest product, for each image. */
export function dnfLogProducts(dnf: Dnf, table: FeatureTable): Float32Array {
  const logs: LiteralLogs = literalLogs(table);
  const best = new Float32Array(table.count).fill(Number.NEGATIVE_INFINITY);
  for (const term of dnf) {
    const products = logProducts(logs, signsOf(term));
    for (let row = 0; row < best.length; row++) best[row] = Math.max(best[row] ?? 0, products[row] ?? 0);
  }
  return best;
}
