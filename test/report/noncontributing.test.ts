import { describe, expect, it } from 'vitest';
import { wordsIn } from '../../src/language/words.ts';
import type { ExplainedImage } from '../../src/report/explanation/view.ts';
import {
  amplitudeColour,
  amplitudePicture,
  topAmplitude,
} from '../../src/studies/noncontributing/page/amplitudeColours.ts';
import { besideSheet } from '../../src/studies/noncontributing/page/beside.ts';
import { freedomQuestion, keptFigure } from '../../src/studies/noncontributing/page/freedomQuestion.ts';
import { noncontributingFigures } from '../../src/studies/noncontributing/paper/figures.ts';

const map = (...values: number[]) => ({ width: values.length, height: 1, values: Float32Array.from(values) });
const image: ExplainedImage = {
  id: '1-digits:7',
  name: 'digits:7',
  picture: { width: 4, height: 1, channels: 1, data: Uint8Array.of(0, 255, 255, 0) },
  decision: {
    chosen: { index: 7, label: '7', score: 9 },
    ranked: [{ index: 7, label: '7', score: 9 }],
    explained: { kind: 'output' },
  },
  maps: [],
};
const freedom = {
  map: map(1, 0, 0.1, 1),
  meanAmplitude: 0.525,
  free: 0.5,
  draws: 2000,
  kept: 0.9995,
  keptClipped: 1,
  worstChange: 4.2,
  leastLead: -0.3,
  structured: [
    { kind: 'blocks', draws: 500, kept: 0.87, leastLead: -6 },
    { kind: 'blur', draws: 500, kept: 1, leastLead: 2 },
    { kind: 'pasted', draws: 500, kept: 0.26, leastLead: -15 },
    { kind: 'mixed', draws: 500, kept: 0.75, leastLead: -11 },
  ],
  attacked: { margin: 9, lead: -42.3, leadClipped: -26.7 },
} as const;

describe('colours of amplitudes', () => {
  it('rise in lightness all the way, so that they read in grey too', () => {
    const light = Array.from({ length: 256 }, (_, i) => {
      const [r, g, b] = amplitudeColour(i / 255);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(light.every((value, i) => i === 0 || value >= light[i - 1]! - 0.5)).toBe(true);
    expect(light[255]! - light[0]!).toBeGreaterThan(180);
  });

  it('are of the whole scale, unless no pixel comes near its end', () => {
    expect(topAmplitude([map(0, 0.2, 0.9)])).toBe(1);
    expect(topAmplitude([map(0, 0.01), map(0.02, 0.04)])).toBeCloseTo(0.04);
    expect([...amplitudePicture(map(0.04), 0.04).data]).toEqual([...amplitudeColour(1)]);
  });
});

describe('the question of non-contributing pixels', () => {
  it('is answered in words that say what was tried, and that it is no proof', () => {
    expect(freedomQuestion.isAnswered(image)).toBe(false);
    const { text } = freedomQuestion.answer({ ...image, freedom }, 3, wordsIn('en'));
    expect(text).toContain('the decision was still “7”');
    expect(text).toContain('99.95% of 2,000 tries');
    expect(text).toContain('it fell behind by 0.3');
    expect(text).toContain('not a proof');
    expect(text).toContain('for such noise and for nothing else');
    expect(text).toMatch(/content of another image[^<]*<\/th><td class="number">26\.0%/);
    expect(text).toMatch(/found by looking for it<\/th><td class="number">no<\/td><td class="number">−42\.3/);
  });

  it('says so where every pixel withstands little', () => {
    const still = { ...freedom, map: map(0.01, 0, 0.02, 0.01), free: 0 };
    const { text } = freedomQuestion.answer({ ...image, freedom: still }, 3, wordsIn('en'));
    expect(text).toContain('as long as this noise was small');
    expect(text).toContain('0.02: withstands most');
  });

  it('judges the share of tries in which the class stayed', () => {
    const verdict = (kept: number) => keptFigure({ kept, draws: 2000 }, wordsIn('en')).verdict;
    expect([1, 0.999, 0.9985, 0.98].map(verdict)).toEqual(['good', 'good', 'fair', 'poor']);
  });
});

it('a sheet has a column for every map, also where one image has none', () => {
  const rows = [
    { image, shown: [{ title: 'Proved', map: map(1, 0, 0, 1) }] },
    { image, shown: [{ title: 'Proved', map: undefined }] },
  ];
  const { text } = besideSheet(rows);
  expect(text.match(/<th scope="col">/g)).toHaveLength(2);
  expect(text).toContain('<span>none</span>');
  expect(text).toContain('mean 50.0%');
});

const alike = { whole: 0.7, inner: 0.4 };
const controls = {
  different: alike,
  random: [alike],
  randomCentred: [alike],
  retrainedCentred: alike,
  identification: {
    again: { whole: 1, inner: 1 },
    retrained: { whole: 0.85, inner: 0.95 },
    random: [{ whole: 0.05, inner: 0.05 }],
  },
};

it('the reproduction reports the figures that scripts read', () => {
  const ids = noncontributingFigures(0.98, {
    digits: [],
    tested: [],
    controls,
    proofs: { decayed: { images: [] } },
  }).map(({ id }) => id);
  for (const id of [
    ...['paper.energy', 'paper.seconds', 'ours.energy', 'ours.seconds', 'masked.keep', 'unmasked.keep'],
    ...[
      'unmasked.energy',
      'unmasked.amplitude',
      'certified.amplitude',
      'random.correlation',
      'random.correlation.inner',
    ],
    ...['unmasked.keep.blocks', 'unmasked.keep.pasted', 'unmasked.attacked.lead', 'random.correlation.centred'],
    ...[
      'different.correlation',
      'identification.retrained',
      'identification.retrained.inner',
      'identification.random',
      'ours.energy.error',
      'order.kept',
    ],
    ...['certified.counterexamples', 'certified.lead.pasted', 'certified.lead.corners'],
    ...['certified.weighted.amplitude.weighted', 'certified.control.amplitude.weighted', 'certified.square.object'],
    ...['undecayed.certified.weighted.amplitude.weighted', 'undecayed.certified.square'],
  ]) {
    expect(ids).toContain(id);
  }
});
