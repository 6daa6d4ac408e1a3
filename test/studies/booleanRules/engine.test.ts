import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../src/argumentError.ts';
import { type BitSet, bitSet, membersOf } from '../../../src/studies/booleanRules/bitSet.ts';
import { absorbed, dnfHoldsAt, dnfText, simplified } from '../../../src/studies/booleanRules/dnf.ts';
import { implicantCodes, primeImplicants, termOfCode } from '../../../src/studies/booleanRules/implicants.ts';
import { multilinear, truthTable } from '../../../src/studies/booleanRules/multilinear.ts';
import { sufficientForClass, sufficientForUnit } from '../../../src/studies/booleanRules/sufficientSubset.ts';
import {
  holdsAt,
  literalCount,
  literalsOf,
  productOf,
  type Term,
  termOf,
  termText,
} from '../../../src/studies/booleanRules/term.ts';
import { isImplicant, type ThresholdUnit } from '../../../src/studies/booleanRules/thresholdUnit.ts';
import { firesAt, isPrime } from './slowUnits.ts';

// Whole weights make sums exact, so that units often stand right at their threshold: where mistakes would be.
const unitOf = (most: number) =>
  fc.record({
    weights: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: most }),
    bias: fc.integer({ min: -25, max: 25 }),
  });

const vertices = (n: number): BitSet[] =>
  Array.from({ length: 2 ** n }, (_, v) =>
    bitSet(
      n,
      [...Array(n).keys()].filter((i) => (v >> i) & 1),
    ),
  );

/** All 3^n terms, by counting in base 3. */
function allTerms(n: number): Term[] {
  return Array.from({ length: 3 ** n }, (_, code) => {
    const digits = [...Array(n).keys()].map((i) => Math.floor(code / 3 ** i) % 3);
    return termOf(
      n,
      digits.flatMap((digit, variable) => (digit === 0 ? [] : [{ variable, negated: digit === 2 }])),
    );
  });
}

/** The definition: true at every vertex where the term holds, read off the truth table. */
function impliesByTable(unit: ThresholdUnit, term: Term, cube: readonly BitSet[]): boolean {
  return cube.every((vertex) => !holdsAt(term, vertex) || firesAt(unit, vertex));
}

const key = (term: Term) => termText(term);

/** Real enough to give every subset another sum, and few enough bits that all sums are exact. */
const thousandth = (size: number) => fc.integer({ min: -1024 * size, max: 1024 * size }).map((whole) => whole / 1024);

describe('implicants of a threshold unit, against its truth table', () => {
  it('lists exactly the implicants', () => {
    fc.assert(
      fc.property(unitOf(6), (unit) => {
        const n = unit.weights.length;
        const cube = vertices(n);
        const expected = allTerms(n).filter((term) => impliesByTable(unit, term, cube));
        const found = [...implicantCodes(unit)].map((code) => termOfCode(n, code));
        expect(found.map(key).sort()).toEqual(expected.map(key).sort());
      }),
      { numRuns: 60 },
    );
  });

  it('stops at order k', () => {
    const unit = { weights: [3, -2, 2, 1], bias: -2 };
    const terms = [...implicantCodes(unit, 2)].map((code) => termOfCode(4, code));
    const all = [...implicantCodes(unit)].map((code) => termOfCode(4, code));
    expect(terms.map(key).sort()).toEqual(
      all
        .filter((term) => literalCount(term) <= 2)
        .map(key)
        .sort(),
    );
    expect(terms.length).toBeGreaterThan(0);
  });

  it('finds exactly the primes, shortest first, and they are the function', () => {
    fc.assert(
      fc.property(unitOf(7), (unit) => {
        const n = unit.weights.length;
        const cube = vertices(n);
        const implicants = allTerms(n).filter((term) => impliesByTable(unit, term, cube));
        const set = new Set(implicants.map(key));
        const prime = (term: Term) =>
          literalsOf(term).every((dropped) => {
            const rest = literalsOf(term).filter(({ variable }) => variable !== dropped.variable);
            return !set.has(key(termOf(n, rest)));
          });
        const { terms, complete } = primeImplicants(unit);
        expect(complete).toBe(true);
        expect(terms.map(key).sort()).toEqual(implicants.filter(prime).map(key).sort());
        const lengths = terms.map(literalCount);
        expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
        expect(terms.every((term) => isPrime(unit, term))).toBe(true);
        for (const vertex of cube) expect(dnfHoldsAt(terms, vertex)).toBe(firesAt(unit, vertex));
      }),
      { numRuns: 60 },
    );
  });

  it('equals the truth table of real weights in 15 variables', () => {
    fc.assert(
      fc.property(fc.array(thousandth(2), { minLength: 15, maxLength: 15 }), thousandth(3), (weights, bias) => {
        const unit = { weights, bias };
        const table = truthTable(unit);
        const { terms, complete } = primeImplicants(unit, { limit: 20_000 });
        expect(complete).toBe(true);
        for (let v = 0; v < table.length; v += 97) {
          const vertex = bitSet(
            15,
            [...Array(15).keys()].filter((i) => (v >> i) & 1),
          );
          expect(dnfHoldsAt(terms, vertex)).toBe(table[v] === 1);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('finds every term of ten variables where all hold, and keeps to its limit for 300', () => {
    const weights = Array.from({ length: 10 }, (_, i) => Math.sin(i + 1));
    expect(implicantCodes({ weights, bias: 20 }).length).toBe(3 ** 10);
    const large = { weights: Array.from({ length: 300 }, (_, i) => Math.sin(7 * i + 1)), bias: 0 };
    const { terms, complete } = primeImplicants(large, { limit: 50 });
    expect(terms.length).toBe(50);
    expect(complete).toBe(false);
    expect(terms.every((term) => isPrime(large, term))).toBe(true);
  });
});

describe('evaluation', () => {
  it('the multilinear extension is the sum over all vertices', () => {
    fc.assert(
      fc.property(
        unitOf(6),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (unit, all) => {
          const x = all.slice(0, unit.weights.length);
          const expected = vertices(x.length)
            .filter((vertex) => firesAt(unit, vertex))
            .reduce((sum, vertex) => {
              const ones = new Set(membersOf(vertex));
              return sum + x.reduce((product, value, i) => product * (ones.has(i) ? value : 1 - value), 1);
            }, 0);
          expect(multilinear(truthTable(unit), x)).toBeCloseTo(expected, 12);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('a term is the product of its literals, and reads as in the paper, counted from 0', () => {
    const term = termOf(10, [
      { variable: 5, negated: false },
      { variable: 7, negated: false },
      { variable: 0, negated: true },
    ]);
    expect(termText(term)).toBe('x5 ∧ x7 ∧ ¬x0');
    expect(productOf(term, [0.2, 0, 0, 0, 0, 0.5, 0, 0.9, 0, 0])).toBeCloseTo(0.8 * 0.5 * 0.9, 12);
    expect(termText(termOf(3, []))).toBe('true');
    expect(dnfText([])).toBe('false');
    expect(() =>
      termOf(3, [
        { variable: 1, negated: true },
        { variable: 1, negated: false },
      ]),
    ).toThrow(ArgumentError);
    expect(() => termOf(3, [{ variable: 3, negated: true }])).toThrow(ArgumentError);
  });
});

describe('simplification', () => {
  it('absorption keeps the function, simplification keeps it on the rows', () => {
    const anyTerm = fc.array(fc.constantFrom(-1, 0, 0, 1), { minLength: 5, maxLength: 5 }).map((signs) =>
      termOf(
        5,
        signs.flatMap((sign, variable) => (sign === 0 ? [] : [{ variable, negated: sign < 0 }])),
      ),
    );
    fc.assert(
      fc.property(
        fc.array(anyTerm, { maxLength: 8 }),
        fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }),
        (dnf, cared) => {
          const cube = vertices(5);
          const short = absorbed(dnf);
          for (const vertex of cube) expect(dnfHoldsAt(short, vertex)).toBe(dnfHoldsAt(dnf, vertex));
          const rows = cube.flatMap((vertex, i) => (cared[i] ? [{ vertex, value: dnfHoldsAt(dnf, vertex) }] : []));
          const simple = simplified(dnf, rows);
          for (const { vertex, value } of rows) expect(dnfHoldsAt(simple, vertex)).toBe(value);
          const size = (terms: readonly Term[]) => terms.reduce((sum, term) => sum + literalCount(term), 0);
          expect(size(simple)).toBeLessThanOrEqual(size(dnf));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('sufficient subsets of one decision', () => {
  const point = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
  const weights = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 });

  /** Whether fixing the features forces the sum to be 0 or above, by trying every corner of the others. */
  function forced(unit: ThresholdUnit, x: readonly number[], fixed: ReadonlySet<number>): boolean {
    return vertices(6).every((vertex) => {
      const ones = new Set(membersOf(vertex));
      const value = (i: number) => (fixed.has(i) ? x[i]! : ones.has(i) ? 1 : 0);
      return [...Array(6).keys()].reduce((sum, i) => sum + unit.weights[i]! * value(i), unit.bias) >= -1e-9;
    });
  }

  it('of one unit is the smallest there is', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: -9, max: 9 }), point, (w, bias, x) => {
        const sum = w.reduce((total, weight, i) => total + weight * x[i]!, bias);
        const unit = sum >= 0 ? { weights: w, bias } : { weights: w.map((weight) => -weight), bias: -bias };
        const { features, guarantee } = sufficientForUnit({ weights: w, bias }, x);
        expect(guarantee).toBe('smallest');
        expect(forced(unit, x, new Set(features))).toBe(true);
        const smaller = vertices(6)
          .map(membersOf)
          .filter((set) => set.length < features.length);
        // Sums that meet the threshold to the last bit may round either way.
        if (Math.abs(sum) > 1e-6) {
          expect(smaller.filter((set) => forced({ ...unit, bias: unit.bias - 1e-6 }, x, new Set(set)))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of the largest of several scores is sufficient, and as small as is said', () => {
    fc.assert(
      fc.property(fc.array(weights, { minLength: 3, maxLength: 3 }), point, (rows, x) => {
        const scores = rows.map((row, k) => ({ weights: row, bias: k / 8 }));
        const at = scores.map(({ weights: row, bias }) => row.reduce((sum, w, i) => sum + w * x[i]!, bias));
        const chosen = at.indexOf(Math.max(...at));
        const { features, guarantee, margin } = sufficientForClass(scores, x, chosen);
        const leads = scores
          .filter((_, k) => k !== chosen)
          .map((rival) => ({
            weights: rival.weights.map((w, i) => rows[chosen]![i]! - w),
            bias: chosen / 8 - rival.bias,
          }));
        const enough = (set: readonly number[], slack = 0) =>
          leads.every((lead) => forced({ ...lead, bias: lead.bias - slack }, x, new Set(set)));
        if (margin < 0) return; // Rounding at a tie of two classes.
        expect(enough(features)).toBe(true);
        expect(guarantee).toBe('smallest');
        const smaller = vertices(6)
          .map(membersOf)
          .filter((set) => set.length < features.length);
        expect(smaller.filter((set) => enough(set, 1e-6))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('of 256 features is subset-minimal, and says so', () => {
    const scores = Array.from({ length: 4 }, (_, k) => ({
      weights: Array.from({ length: 256 }, (_, i) => Math.sin(i * (k + 1) + k)),
      bias: 0,
    }));
    const x = Array.from({ length: 256 }, (_, i) => (Math.sin(3 * i) + 1) / 2);
    const at = scores.map(({ weights: row }) => row.reduce((sum, w, i) => sum + w * x[i]!, 0));
    const found = sufficientForClass(scores, x, at.indexOf(Math.max(...at)));
    expect(found.margin).toBeGreaterThanOrEqual(0);
    expect(found.features.length).toBeLessThan(256);
    expect(['smallest', 'minimal']).toContain(found.guarantee);
  });
});

describe('one unit', () => {
  it('tests an implicant by the formula of the paper', () => {
    const unit = { weights: [2, -1, 0.5], bias: -1 };
    expect(isImplicant(unit, termOf(3, [{ variable: 0, negated: false }]))).toBe(true);
    expect(isImplicant(unit, termOf(3, [{ variable: 2, negated: false }]))).toBe(false);
    // Literals that do not help do no harm.
    expect(
      isImplicant(
        unit,
        termOf(3, [
          { variable: 0, negated: false },
          { variable: 1, negated: false },
        ]),
      ),
    ).toBe(true);
    expect(
      isPrime(
        unit,
        termOf(3, [
          { variable: 0, negated: false },
          { variable: 1, negated: false },
        ]),
      ),
    ).toBe(false);
  });
});
