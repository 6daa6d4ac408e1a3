import { logProducts, signsOf, termOfSigns } from './conjunctions.ts';
import { type FeatureTable, type LiteralLogs, literalLogs, sampleRows } from './featureTable.ts';
import type { Primes } from './implicants.ts';
import { jointChoice } from './jointChoice.ts';
import { literalCount, type Term } from './term.ts';

interface ChosenPrimes {
  /** The paper's selection as we read it: of each class's terms the one that does best by itself. */
  readonly each: readonly Term[];
  /** Those that do best together. */
  readonly together: readonly Term[];
}

/** Rows for choosing. */
const mostRows = 10_000;
/** So many of a class's terms, the best by themselves, take part in the choice of all together: all, up to ten features. */
const mostTogether = 252;
/** So many of a class's terms, the shortest, are looked at: all, up to 12 features. */
const mostTried = 1_000;
/** What a literal must bring, as a share of the images: of terms that do alike the shorter is taken. */
const price = 0.0002;

/**
 * One of each class's prime implicants, "with good accuracy and few literals" (paper, section 5). How accuracy is meant it does not
 * say; here a term is right on an image if its product is at least 0.5 exactly where the image is of its class.
 * @param dnfs for each class at least one term.
 */
export function choosePrimes(dnfs: readonly Primes[], training: FeatureTable): ChosenPrimes {
  const logs = literalLogs(sampleRows(training, mostRows));
  const ranked = dnfs.map(({ terms }, k) =>
    terms
      .slice(0, mostTried)
      .map((term) => ({ term, value: accuracyAlone(term, logs, k) - price * literalCount(term) }))
      .sort((a, b) => b.value - a.value)
      .map(({ term }) => term),
  );
  const lists = ranked.map((terms) => terms.slice(0, mostTogether).map(signsOf));
  return {
    each: ranked.flatMap(([best]) => best ?? []),
    together: jointChoice(logs, lists, price).map(termOfSigns),
  };
}

const half = Math.log(0.5);

/** Of all images, the share for which the term by itself says rightly whether they are of class k. */
function accuracyAlone(term: Term, logs: LiteralLogs, k: number): number {
  const products = logProducts(logs, signsOf(term));
  let right = 0;
  for (let row = 0; row < logs.count; row++) {
    if ((products[row] ?? 0) >= half === (logs.labels[row] === k)) right++;
  }
  return right / logs.count;
}
