import { largest, logProducts, signsOf } from './conjunctions.ts';
import { type FeatureTable, literalLogs } from './featureTable.ts';
import { isMet, literalsOf, type Term } from './term.ts';

/**
 * How Boolean rules are on images: a rule holds where each of its literals is 0.5 or more, which is what it says when it is read as logic.
 * Shares of the images, from 0 to 1.
 */
export interface Holding {
  /** Exactly one rule holds, and its class is the label. */
  readonly oneRight: number;
  /** Exactly one rule holds, that of another class. */
  readonly oneWrong: number;
  readonly several: number;
  readonly none: number;
  /** The largest of the classes' products, which decides, is below 0.5. */
  readonly weakWinner: number;
}

/**
 * In how many images exactly one rule holds, rightly or wrongly, several do, or none.
 * @param table features in [0, 1] and labels of at least one image.
 */
export function holdingOf(terms: readonly Term[], table: FeatureTable): Holding {
  const { count, labels } = table;
  const held = terms.map((term) => heldRows(term, table));
  const strength = strongest(terms, table);
  let [oneRight, oneWrong, several, none, weak] = [0, 0, 0, 0, 0];
  for (let row = 0; row < count; row++) {
    const holding = held.reduce((sum, rows) => sum + (rows[row] ?? 0), 0);
    if (holding === 0) none++;
    else if (holding > 1) several++;
    else if (held[labels[row] ?? -1]?.[row] === 1) oneRight++;
    else oneWrong++;
    if (!isMet(strength[row] ?? 0)) weak++;
  }
  return {
    oneRight: oneRight / count,
    oneWrong: oneWrong / count,
    several: several / count,
    none: none / count,
    weakWinner: weak / count,
  };
}

/** 1 for each image in which the term holds. */
function heldRows(term: Term, { count, columns }: FeatureTable): Uint8Array {
  const held = new Uint8Array(count).fill(1);
  for (const { variable, negated } of literalsOf(term)) {
    const column = columns[variable] ?? new Float32Array(count);
    for (let row = 0; row < count; row++) {
      const value = column[row] ?? 0;
      if (!isMet(negated ? 1 - value : value)) held[row] = 0;
    }
  }
  return held;
}

/** The product of the class that decides, for each image. */
function strongest(terms: readonly Term[], table: FeatureTable): Float32Array {
  const logs = literalLogs(table);
  const products = terms.map((term) => logProducts(logs, signsOf(term)));
  const decided = largest(products);
  return Float32Array.from(decided, (k, row) => Math.exp(products[k]?.[row] ?? 0));
}
