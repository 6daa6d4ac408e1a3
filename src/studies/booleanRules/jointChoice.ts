import { logProducts, type Signs } from './conjunctions.ts';
import type { LiteralLogs } from './featureTable.ts';
import { stakesOf, won } from './stakes.ts';

/**
 * One conjunction a class out of a list for each, all classes together: class after class takes the one with which most images are
 * right, less a price for each literal, the other classes as they are, until no class can gain. The first of each list is the start.
 * @param lists for each class at least one.
 */
export function jointChoice(logs: LiteralLogs, lists: readonly (readonly Signs[])[], price: number): Signs[] {
  const candidates = lists.map((list) =>
    list.map((signs): Candidate => ({ signs, products: logProducts(logs, signs), cost: price * literals(signs) })),
  );
  const chosen = candidates.flatMap(([first]) => first ?? []);
  // A class is looked at again only when another has changed since.
  for (let turn = 0, unchanged = 0; unchanged < chosen.length; turn++) {
    const k = turn % chosen.length;
    const better = bestOf(logs, candidates[k] ?? [], chosen, k);
    unchanged = better ? 0 : unchanged + 1;
    if (better) chosen[k] = better;
  }
  return chosen.map(({ signs }) => signs);
}

interface Candidate {
  readonly signs: Signs;
  /** The logarithm of its product for each image. */
  readonly products: Float32Array;
  /** Of its literals, as a share of the images. */
  readonly cost: number;
}

/** The candidate of class k that gains most over its rule now; undefined where none gains. */
function bestOf(
  logs: LiteralLogs,
  candidates: readonly Candidate[],
  chosen: readonly Candidate[],
  k: number,
): Candidate | undefined {
  const now = chosen[k];
  if (!now) return undefined;
  const { rows, need, own } = stakesOf(
    logs,
    chosen.map(({ products }) => products),
    k,
  );
  const grown = new Float32Array(rows.length);
  const worthOf = ({ products, cost }: Candidate, least: number) => {
    for (let i = 0; i < rows.length; i++) grown[i] = (products[rows[i] ?? 0] ?? 0) - (now.products[rows[i] ?? 0] ?? 0);
    return won(grown, need, own, (least + cost) * logs.count) / logs.count - cost;
  };
  let most = worthOf(now, Number.NEGATIVE_INFINITY) + 1e-9;
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    const value = worthOf(candidate, most);
    if (value <= most) continue;
    most = value;
    best = candidate;
  }
  return best;
}

function literals(signs: Signs): number {
  return signs.reduce((count, sign) => count + Math.abs(sign), 0);
}
