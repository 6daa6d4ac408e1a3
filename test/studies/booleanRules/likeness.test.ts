import { expect, it } from 'vitest';
import { labelledImages } from '../../../src/datasets/labelledImages.ts';
import { ruleLikeness } from '../../../src/studies/booleanRules/likeness.ts';
import { likenessWords } from '../../../src/studies/booleanRules/page/likenessWords.ts';
import { statedRules, statedText } from '../../../src/studies/booleanRules/paper/statedRules.ts';
import { termOf } from '../../../src/studies/booleanRules/term.ts';

/** Three classes of 2x2 images: bright above, bright below, bright on the left. */
const images = labelledImages({
  name: 'bars',
  images: Uint8Array.of(200, 200, 0, 0, 0, 0, 200, 200, 200, 0, 200, 0),
  labels: [0, 1, 2],
  height: 2,
  width: 2,
  channels: 1,
  classNames: ['above', 'below', 'left'],
});
const literal = (variable: number, negated = false) => ({ variable, negated });

it('a rule looks like the class whose mean image its pictures add up to', () => {
  const pictures = [Float32Array.of(1, 0, 0, -1), Float32Array.of(0, 1, -1, 0), Float32Array.of(1, -1, 1, -1)];
  const terms = [
    // Together bright above: correlation 1 with (1, 1, -1, -1); the class's mean less the mean of all is that, and something to the right.
    termOf(3, [literal(0), literal(1)]),
    termOf(3, [literal(0, true), literal(1, true)]),
    termOf(3, []),
  ];
  const [above, below, left] = ruleLikeness(terms, (feature) => pictures[feature], images);
  // Means less that of all: above (200, 200, 0, 0) - (400, 200, 400, 200) / 3, in hundreds 2/3, 4/3, -4/3, -2/3.
  const expected = (2 / 3 + 4 / 3 + 4 / 3 + 2 / 3) / Math.sqrt(4 * (2 * (4 / 9) + 2 * (16 / 9)));
  expect(above!.asserted!.classIndex).toBe(0);
  expect(above!.asserted!.correlation).toBeCloseTo(expected, 5);
  expect(above!.asserted!.own).toBe(above!.asserted!.correlation);
  expect(above!.negated).toBeUndefined();
  // What is denied for below looks like above.
  expect(below!.negated).toMatchObject({ features: [0, 1], classIndex: 0 });
  expect(below!.negated!.own).toBeLessThan(0);
  expect(left).toEqual({ asserted: undefined, negated: undefined });

  const { classNames } = images;
  expect(likenessWords(above!, 'above', classNames)).toBe(
    `What it asserts (x0, x1) looks more like above than like any other class (correlation ${expected.toFixed(2)}).`,
  );
  expect(likenessWords(below!, 'below', classNames)).toMatch(
    /^What it denies \(x0, x1\) looks most like above .*; with below −/,
  );
  expect(likenessWords(left!, 'left', classNames)).toBeUndefined();
});

it('the paper’s tables are as long as it says, and no rule names a variable twice', () => {
  expect(statedRules.a1.flat()).toHaveLength(73);
  expect(statedRules.a2.flat()).toHaveLength(66);
  for (const rule of [...statedRules.a1, ...statedRules.a2]) {
    const variables = rule.map(Math.abs);
    expect(new Set(variables).size).toBe(rule.length);
    for (const variable of variables) expect(variable).toBeLessThanOrEqual(10);
  }
  expect(statedText(statedRules.a1[3])).toBe('x6 ∧ x8 ∧ ¬x1 ∧ ¬x2 ∧ ¬x3 ∧ ¬x7 ∧ ¬x10');
});
