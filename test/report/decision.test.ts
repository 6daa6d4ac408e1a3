import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/app/reportView.ts';
import { wordsIn } from '../../src/language/words.ts';
import { readMap } from '../../src/report/drawing/mapReading.ts';
import { balanceWords } from '../../src/report/explanation/sentences.ts';
import type { Decision, ExplainedImage, RankedClass, ReportView } from '../../src/report/explanation/view.ts';
import { demoDigit, demoDigits, demoSingle } from './demoView.ts';

function reportOf(change: Partial<Decision>, more: Partial<ReportView> = {}): string {
  const single = demoSingle();
  const image = single.explained[0]!;
  const explained: ExplainedImage[] = [{ ...image, decision: { ...image.decision, ...change } }];
  return renderReport({ ...single, ...more, explained });
}

const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

const ranked = (scores: readonly number[]): RankedClass[] =>
  scores.map((score, index) => ({ index, label: `class ${index}`, score }));

/** How wide the bars are drawn, in percent, from the first row on. */
function widths(scores: readonly number[], probabilities?: readonly number[]): number[] {
  const classes = ranked(scores).map((entry, i) =>
    probabilities ? { ...entry, probability: probabilities[i]! } : entry,
  );
  const page = reportOf({ chosen: classes[0]!, ranked: classes });
  return [...page.matchAll(/class="bar"><span style="width:([\d.]+)%"/g)].map(([, width]) => Number(width));
}

describe('the bars of the classes', () => {
  it.each([
    { title: 'positive', scores: [9, 6, 3], expected: [100, 66.67, 33.33] },
    { title: 'with a zero', scores: [4, 1, 0], expected: [100, 25, 0] },
    { title: 'negative', scores: [-1, -3, -21], expected: [100, 90.48, 4.76] },
    { title: 'of both signs', scores: [10, 0, -10], expected: [100, 52.38, 4.76] },
    { title: 'all the same', scores: [-2, -2, -2], expected: [100, 100, 100] },
    { title: 'zero', scores: [0, 0, 0], expected: [0, 0, 0] },
  ])('are the longer the larger the score: $title', ({ scores, expected }) => {
    expect(widths(scores)).toEqual(expected);
  });

  it('are as long as the probabilities where there are some, whatever the scores', () => {
    expect(widths([-1, -2, -3], [0.7, 0.2, 0.1])).toEqual([70, 20, 10]);
  });

  it('never start beside the others, and are left out where a score is no number', () => {
    expect(reportOf({ ranked: ranked([-1, -2]) })).not.toMatch(/class="bar"><span style="margin-left/);
    expect(widths([3, Number.NEGATIVE_INFINITY])).toEqual([100]);
  });
});

describe('a tie of exactly equal scores', () => {
  const classes = ranked([2, 2, 1]);
  const tie = { chosen: classes[0]!, ranked: classes, tie: ['class 0', 'class 1'] };

  it('is said instead of a decision', () => {
    const text = textOf(reportOf(tie));
    expect(text).toMatch(/A tie: “class 0” and “class 1” have exactly the same score.*only the first of them/);
    expect(text).not.toMatch(/The model decided|came second(,| with)|behind in score|0 ahead|agrees/);
  });

  it('of many classes names some and counts the rest', () => {
    const all = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    expect(textOf(reportOf({ ...tie, tie: all }))).toContain('“class 3” and 996 other classes have exactly');
  });

  it('is said among several images, too', () => {
    const view = demoDigits();
    const explained = view.explained.map((image, i) =>
      i === 3 ? { ...image, decision: { ...image.decision, tie: ['3', '5'] } } : image,
    );
    const text = textOf(renderReport({ ...view, explained }));
    expect(text).toMatch(/One decision is a tie of exactly equal scores/);
    expect(text).toMatch(/%, a tie/);
  });
});

describe('before all else a report says', () => {
  it('that what is explained is flat', () => {
    const text = textOf(reportOf({ saturated: true }));
    expect(text.indexOf('probability of exactly 1')).toBeGreaterThan(0);
    expect(text.indexOf('probability of exactly 1')).toBeLessThan(text.indexOf('May I believe'));
  });

  it('how many of independent labels are above a half, and does not compare them', () => {
    const text = textOf(
      reportOf({ labels: { above: 3, classes: 4 }, explained: { kind: 'score', before: 'Sigmoid' } }),
    );
    expect(text).toContain('independent labels: 3 of 4 have a probability above a half');
    expect(text).not.toContain('compared with the others');
  });

  it('what was assumed', () => {
    const text = textOf(reportOf({}, { cautions: ['It was read as a logit.'] }));
    expect(text.indexOf('It was read as a logit.')).toBeLessThan(text.indexOf('May I believe'));
  });
});

describe('a map in words', () => {
  const words = (width: number, height: number, values: readonly number[]) => {
    const map = { ...demoDigit(7).maps[0]!, width, height, values: Float32Array.from(values), scale: 1 };
    return balanceWords(readMap(map), wordsIn('en'));
  };

  it.each([
    ['one cell', 1, 1, [3]],
    ['the same everywhere', 4, 4, Array.from({ length: 16 }, () => -0.5)],
    ['one row of the same', 5, 1, [2, 2, 2, 2, 2]],
  ] as const)('has no place where it is constant: %s', (_title, width, height, values) => {
    expect(words(width, height, [...values])).toMatch(/exactly the same value.*constant and shows no place/);
  });

  it('of zeros says that nothing was found', () => {
    expect(words(2, 2, [0, 0, 0, 0])).toMatch(/exactly zero: the method found nothing/);
  });

  it('has no place where two places have as much', () => {
    expect(words(3, 3, [1, 0, 0, 0, 0, 0, 0, 0, 1])).toBe('All of the evidence speaks for it.');
    expect(words(3, 3, [1, 0, 0, 0, 0, 0, 0, 0, 2])).toContain('mostly at the lower right');
    expect(words(1, 3, [0, 5, 1])).toContain('mostly in the centre');
  });
});
