import { describe, expect, it } from 'vitest';
import { wordsIn } from '../../src/language/words.ts';
import { describeAs } from '../../src/model/describeNumbers.ts';
import { fromModelInput, toModelInput } from '../../src/model/numberDescription.ts';
import { featureBars, featureList } from '../../src/report/drawing/featureBars.ts';
import { signalElement } from '../../src/report/drawing/signalDrawing.ts';
import { numbersView } from '../../src/report/explanation/numbersView.ts';
import { value } from '../networks.ts';

const words = wordsIn('en');

it('a value that was 0 is shown as 0, whatever single precision made of it', () => {
  for (const feature of [
    { name: 'a', mean: 0.0743, std: 0.4378 },
    { name: 'b', mean: -1200, std: 3 },
  ]) {
    expect(fromModelInput(Math.fround(toModelInput(0, feature)), feature)).toBe(0);
    expect(fromModelInput(Math.fround(toModelInput(0.01, feature)), feature)).toBeCloseTo(0.01, 4);
  }
});

describe('bars of features', () => {
  const features = Array.from({ length: 16 }, (_, i) => ({ name: `f${i}`, value: i }));

  it('come by strength, for to the right and against to the left, what is no number last and without a bar', () => {
    const evidence = Float32Array.from(features, (_, i) => (i === 3 ? Number.NaN : i === 5 ? -8 : i === 9 ? 4 : 0));
    const { text } = featureBars(features, evidence, 'all', words);
    expect([...text.matchAll(/scope="row">(f\d+)/g)].map(([, name]) => name).slice(0, 3)).toEqual(['f5', 'f9', 'f0']);
    expect(text).toContain('<span class="speaks-against" style="right:50%;width:50.00%">');
    expect(text).toContain('<span class="speaks-for" style="left:50%;width:25.00%">');
    expect(text.match(/speaks-/g)).toHaveLength(2);
    expect(text.indexOf('f3 ')).toBeGreaterThan(text.indexOf('<summary>2 more</summary>'));
  });

  it('show names as text', () => {
    expect(featureList([{ name: '<script>', value: 1 }], '"x"', words).text).not.toMatch(/<script>|aria-label=""x/);
  });
});

describe('lines of a signal', () => {
  it('have a level for each value, a constant one in the middle', () => {
    const channels = [
      { name: 'a', values: Float32Array.of(0, 1, 0.5) },
      { name: 'b', values: Float32Array.of(7, 7, 7) },
    ];
    const { text } = signalElement(channels, 'two', words);
    expect([...text.matchAll(/points="([^"]+)"/g)].map(([, points]) => points)).toEqual([
      '0,92 500,8 1000,50',
      '0,50 500,50 1000,50',
    ]);
    expect(text).toContain('always 7');
  });

  it('keep the peaks of a long one', () => {
    const values = new Float32Array(50_000);
    values[31_337] = 1;
    const [, points = ''] = /points="([^"]+)"/.exec(signalElement([{ name: 'a', values }], 'long', words).text) ?? [];
    expect(points.split(' ').length).toBe(1000);
    expect(points).toContain('626.8,8 ');
  });
});

describe('what a page shows of numbers', () => {
  it('is in their own unit, channel by channel whatever the layout', () => {
    const settings = { kind: 'signal', layout: 'NHWC' } as const;
    const input = describeAs('signal', value('x', ['n', 1, 3, 2]), { ...settings, mean: [10, 0], std: [2, 1] });
    expect(numbersView(Float32Array.of(1, 4, 2, 5, 3, 6), input, ['left', 'right'])).toEqual({
      kind: 'signal',
      channels: [
        { name: 'left', values: Float32Array.of(12, 14, 16) },
        { name: 'right', values: Float32Array.of(4, 5, 6) },
      ],
    });
    const table = describeAs('table', value('x', ['n', 1, 1, 2]), { mean: 1, std: 2, features: ['a', 'b'] });
    expect(numbersView(Float32Array.of(0, 1), table)).toEqual({
      kind: 'table',
      features: [
        { name: 'a', value: 1 },
        { name: 'b', value: 3 },
      ],
    });
  });
});
