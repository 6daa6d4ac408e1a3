import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { random } from '../../../src/random/random.ts';
import { choosePrimes } from '../../../src/studies/booleanRules/choosePrimes.ts';
import { classDnfs, primesOfTable } from '../../../src/studies/booleanRules/classDnfs.ts';
import { logProducts, ruleAccuracy, signsOf, termOfSigns } from '../../../src/studies/booleanRules/conjunctions.ts';
import { type Extraction, extractRules } from '../../../src/studies/booleanRules/extractRules.ts';
import { seenImages } from '../../../src/studies/booleanRules/featureData.ts';
import { type FeatureTable, literalLogs } from '../../../src/studies/booleanRules/featureTable.ts';
import { holdingOf } from '../../../src/studies/booleanRules/holding.ts';
import { primeImplicants } from '../../../src/studies/booleanRules/implicants.ts';
import { jointChoice } from '../../../src/studies/booleanRules/jointChoice.ts';
import { judgeRules } from '../../../src/studies/booleanRules/judgeRules.ts';
import { truthTable } from '../../../src/studies/booleanRules/multilinear.ts';
import { superfluous } from '../../../src/studies/booleanRules/superfluous.ts';
import {
  literalCount,
  literalsOf,
  productOf,
  type Term,
  termOf,
  termText,
} from '../../../src/studies/booleanRules/term.ts';
import { isImplicant, type ThresholdUnit } from '../../../src/studies/booleanRules/thresholdUnit.ts';
import { classifierOf, cornerNetwork, test, trained, training, validation } from './corners.ts';

const source = random(5);
const whole = (most: number) => source.index(2 * most + 1) - most;
const randomUnit = (n: number): ThresholdUnit => ({
  weights: Array.from({ length: n }, () => whole(5)),
  bias: whole(6),
});
const allTerms = (n: number): Term[] =>
  Array.from({ length: 3 ** n }, (_, code) =>
    termOfSigns(Int8Array.from({ length: n }, (_, i) => (Math.floor(code / 3 ** i) % 3) - 1)),
  );
const literal = (variable: number, negated = false) => ({ variable, negated });

describe('how Boolean rules are', () => {
  it('is counted image by image', () => {
    // x0 => class 0, not x0 and x1 => class 1.
    const terms = [termOf(2, [literal(0)]), termOf(2, [literal(0, true), literal(1)])];
    const table: FeatureTable = {
      count: 5,
      labels: Int32Array.of(0, 1, 1, 0, 1),
      // One right; none (x1 is too small); one wrong; one right at exactly one half; one right, its product 0.36 below one half.
      columns: [Float32Array.of(0.9, 0.1, 0.8, 0.5, 0.4), Float32Array.of(0.2, 0.4, 0.9, 0.1, 0.6)],
    };
    expect(holdingOf(terms, table)).toEqual({
      oneRight: 3 / 5,
      oneWrong: 1 / 5,
      several: 0,
      none: 1 / 5,
      weakWinner: 2 / 5,
    });
    const both = [terms[0]!, termOf(2, [literal(1)])];
    expect(holdingOf(both, table).several).toBe(1 / 5);
  });

  it('counts as a plain evaluation of random rules does', () => {
    const columns = Array.from({ length: 4 }, () => Float32Array.from({ length: 200 }, () => source.uniform()));
    const labels = Int32Array.from({ length: 200 }, () => source.index(3));
    const every = allTerms(4);
    const terms = [0, 1, 2].map(() => every[source.index(every.length)]!);
    let [oneRight, none, weak] = [0, 0, 0];
    for (let row = 0; row < 200; row++) {
      const x = columns.map((column) => column[row]!);
      const holding = terms.flatMap((term, k) =>
        literalsOf(term).every(({ variable, negated }) => (negated ? 1 - x[variable]! : x[variable]!) >= 0.5)
          ? [k]
          : [],
      );
      if (holding.length === 1 && holding[0] === labels[row]) oneRight++;
      if (holding.length === 0) none++;
      if (Math.max(...terms.map((term) => productOf(term, x))) < 0.5) weak++;
    }
    const found = holdingOf(terms, { count: 200, columns, labels });
    expect([found.oneRight, found.none, found.weakWinner]).toEqual([oneRight / 200, none / 200, weak / 200]);
    const { oneWrong, several } = found;
    expect(found.oneRight + oneWrong + several + found.none).toBeCloseTo(1, 10);
  });
});

describe('the Boolean functions in full', () => {
  it('are the same by branch and bound and by the table of all terms', () => {
    for (let trial = 0; trial < 30; trial++) {
      const unit = randomUnit(5);
      const tabled = primesOfTable(truthTable(unit), 5).map(({ term }) => termText(term));
      const searched = primeImplicants(unit).terms.map(termText);
      expect(new Set(tabled)).toEqual(new Set(searched));
      expect(tabled).toHaveLength(searched.length);
    }
  });

  it('of hidden layers have prime implicants too: exclusive or has two', () => {
    // x0 xor x1 = (x0 or x1) and not (x0 and x1).
    const or = { weights: [1, 1], bias: -0.5 };
    const and = { weights: [1, 1], bias: -1.5 };
    const [dnf] = classDnfs([[or, and], [{ weights: [1, -1], bias: -0.5 }]])!;
    expect(dnf!.terms.map(termText).sort()).toEqual(['x0 ∧ ¬x1', 'x1 ∧ ¬x0']);
    expect(dnf!.complete).toBe(true);
    const [short] = classDnfs([[or, and], [{ weights: [1, -1], bias: -0.5 }]], 1)!;
    expect(short).toEqual({ terms: [], complete: false });
  });

  it('a rule’s spare literals are as many as any choice of them could be', () => {
    for (let trial = 0; trial < 40; trial++) {
      const unit = randomUnit(5);
      const implicants = allTerms(5).filter((term) => isImplicant(unit, term));
      const term = implicants[source.index(Math.max(1, implicants.length))];
      if (!term) continue;
      const literals = literalsOf(term);
      const shortest = Math.min(
        ...Array.from({ length: 2 ** literals.length }, (_, kept) => literals.filter((_, i) => (kept >> i) & 1))
          .filter((some) => isImplicant(unit, termOf(5, some)))
          .map((some) => some.length),
      );
      const against = literals.filter(({ variable, negated }) =>
        negated ? unit.weights[variable]! > 0 : unit.weights[variable]! < 0,
      );
      expect(superfluous([[unit]], 0, term)).toEqual({ spare: literals.length - shortest, opposed: against.length });
    }
  });
});

describe('choosing among terms', () => {
  const labels = Int32Array.from({ length: 300 }, () => source.index(3));
  const columns = [0, 1, 2, 3].map((i) =>
    Float32Array.from(labels, (label) => ((label + i) % 3 === 0 ? 0.55 : 0.1) + 0.4 * source.uniform()),
  );
  const table = { count: 300, columns, labels };

  it('one class by itself takes the term that is right most often', () => {
    const dnfs = [0, 1, 2].map(() => ({
      terms: allTerms(4).filter((term) => literalCount(term) === 2),
      complete: true,
    }));
    const { each } = choosePrimes(dnfs, table);
    const rightOf = (term: Term, k: number) =>
      [...labels].filter((label, row) => {
        const product = productOf(
          term,
          columns.map((column) => column[row]!),
        );
        return product >= 0.5 === (label === k);
      }).length;
    each.forEach((term, k) => {
      expect(rightOf(term, k)).toBe(Math.max(...dnfs[k]!.terms.map((other) => rightOf(other, k))));
    });
  });

  it('all together ends where no other term of one class would do better', () => {
    const logs = literalLogs(table);
    const lists = [0, 1, 2].map(() =>
      allTerms(4)
        .map(signsOf)
        .sort(() => source.uniform() - 0.5)
        .slice(0, 20),
    );
    const price = 0.001;
    const chosen = jointChoice(logs, lists, price);
    const literals = (rules: typeof chosen) => rules.reduce((sum, signs) => sum + literalCount(termOfSigns(signs)), 0);
    const worth = (rules: typeof chosen) => ruleAccuracy(logs, rules) - price * literals(rules);
    expect(worth(chosen)).toBeGreaterThan(worth(lists.map(([first]) => first!)));
    const products = chosen.map((signs) => logProducts(logs, signs));
    const ties = [...labels.keys()].filter((row) => new Set(products.map((column) => column[row])).size < 3).length;
    lists.forEach((list, k) => {
      for (const signs of list) {
        const changed = chosen.map((rule, j) => (j === k ? signs : rule));
        // Ties count against a class while choosing, and go to the first when judging.
        expect(worth(changed)).toBeLessThanOrEqual(worth(chosen) + (ties + 3) / 300);
      }
    });
  });
});

describe('rules of a network', () => {
  let classifier: Classifier;
  let extraction: Extraction;

  beforeAll(async () => {
    classifier = await classifierOf(await trained(cornerNetwork()));
    extraction = await extractRules(classifier, { training, validation });
  });
  afterAll(() => classifier.release());

  it('are judged beside those of other candidates, primes among the DNF’s terms', async () => {
    const figures = judgeRules(extraction, await seenImages(classifier, extraction.head, test));
    expect(figures.sets.map(({ from }) => from)).toEqual(['primes alone', 'primes', 'implicants', 'any']);
    for (const { terms, ruleAccuracy: accuracy, from } of figures.sets) {
      expect(accuracy).toBeGreaterThan(0.9);
      if (!from.startsWith('primes')) continue;
      terms.forEach((term, k) => {
        expect(extraction.dnfs![k]!.terms.map(termText)).toContain(termText(term));
        expect(superfluous(extraction.network, k, term)).toEqual({ spare: 0, opposed: 0 });
      });
    }
    expect(figures.sets[2]).toMatchObject({ ruleAccuracy: figures.ruleAccuracy, holding: figures.holding });
  });

  it('are those of the set that was asked for, or there is none to choose', async () => {
    const found = await extractRules(classifier, { training, validation }, { from: 'primes alone' });
    expect(found.from).toBe('primes alone');
    expect(found.terms.map(termText)).toEqual(extraction.sets[0]!.terms.map(termText));
    expect(found.terms.map(termText)).not.toEqual(extraction.terms.map(termText));
    const figures = judgeRules(found, await seenImages(classifier, found.head, test));
    expect(figures).toMatchObject({ ruleAccuracy: figures.sets[0]!.ruleAccuracy, literals: figures.sets[0]!.literals });
    await expect(
      extractRules(classifier, { training, validation }, { from: 'primes', maxLiterals: 1 }),
    ).rejects.toThrow(/Rules out of primes cannot be had here: .*at most 1 literals\. Choose among any\./);
  });

  it('have no more literals than asked for, and say so where a function has no such term', async () => {
    const found = await extractRules(classifier, { training, validation }, { maxLiterals: 2 });
    for (const { terms } of found.sets) for (const term of terms) expect(literalCount(term)).toBeLessThanOrEqual(2);
    for (const term of found.terms) expect(literalCount(term)).toBeGreaterThan(0);
    for (const { terms } of found.dnfs ?? []) {
      for (const term of terms) expect(literalCount(term)).toBeLessThanOrEqual(2);
    }
    const shortest = extraction.dnfs!.map(({ terms }) => literalCount(terms[0]!));
    const one = await extractRules(classifier, { training, validation }, { maxLiterals: 1 });
    expect(Math.max(...shortest)).toBeGreaterThan(1);
    expect(one.candidates).toMatchObject({ kind: 'any', reason: expect.stringMatching(/no implicant with at most 1/) });
    expect(one.dnfs).toBeUndefined();
    for (const term of one.terms) expect(literalCount(term)).toBeLessThanOrEqual(1);
  });
});
