import { expect, it } from 'vitest';
import { knownTruthFiles } from '../../src/app/knownTruthFiles.ts';
import type { KnownTruth } from '../../src/faithfulness/knownTruth/knownTruth.ts';
import { standingsOf } from '../../src/faithfulness/knownTruth/standings.ts';

const at = (mean: number, half = 0.05) => ({ mean, low: mean - half, high: mean + half });
const row = (id: string, precision: number, baseline = false) => ({
  id,
  title: `The ${id}`,
  baseline,
  images: 9,
  figures: { precision: at(precision), earthMover: at(0.9), mass: at(0.5) },
});
const network = (name: 'linear' | 'dense', rows: ReturnType<typeof row>[], accuracy = 0.9) => ({
  network: name,
  accuracy,
  solved: rows.length > 0,
  rows,
  refused: [],
});
const baselines = [row('random', 0.1, true), row('edges', 0.3, true)];
const truth: KnownTruth = {
  seed: 3,
  runtime: 'r',
  tetrominoes: [
    {
      scenario: 'linear',
      background: 'white',
      images: 9,
      networks: [
        // b's interval, 0.33 to 0.43, begins within that of the edges, 0.25 to 0.35.
        network('linear', [row('a', 0.9), row('b', 0.38), ...baselines]),
        network('dense', [row('b', 0.41), ...baselines]),
      ],
    },
    { scenario: 'xor', background: 'white', images: 0, networks: [network('linear', [], 0.5)] },
  ],
  shortcuts: [
    {
      kind: 'tag alone',
      reliance: { withTag: 1, withoutTag: 0.1, digitAgainstTag: 0, tagAgainstDigit: 1 },
      images: 9,
      area: 0.05,
      rows: [{ ...row('a', 0), figures: { mass: at(0.7) } }],
      refused: [{ id: 'b', title: 'The b', reason: 'needs a convolution' }],
    },
  ],
  shapley: [
    {
      network: 'and',
      formula: 'relu(x0 + x8 - 1)',
      images: 9,
      rows: [{ ...row('a', 0), figures: { distance: at(0.001, 0), direction: at(0, 0) } }],
      refused: [],
    },
  ],
  missing: ['xor, correlated'],
};

it('a method is above the baselines where its interval is above all of theirs, of the networks it was judged on', () => {
  expect(standingsOf(truth)).toEqual([
    { id: 'a', title: 'The a', above: 1, networks: 1, mass: 0.7, exact: 1, handSet: 1 },
    { id: 'b', title: 'The b', above: 1, networks: 2, mass: undefined, exact: 0, handSet: 0 },
  ]);
});

it('the page says who finds it, what was left out and why, and what is missing', () => {
  const [page, json] = knownTruthFiles(truth, 'konkyo evaluate --known-truth');
  const text = String(page?.contents);
  expect(text).toContain('Above every baseline in all networks: The a.');
  for (const words of [
    'Missing: xor, correlated.',
    'The b: needs a convolution',
    'xor, white: linear network, 50.0% right',
    'No network solves it.',
    'relu(x0 + x8 - 1)',
  ]) {
    expect(text).toContain(words);
  }
  expect(JSON.parse(String(json?.contents))).toMatchObject({ seed: 3, standings: [{ id: 'a' }, { id: 'b' }] });
});
