import { patches } from '../metrics/patches.ts';
import type { PixelLayout } from '../metrics/perturbed.ts';
import { pixelFlipping } from '../metrics/pixelFlipping.ts';
import { regionPerturbation } from '../metrics/regionPerturbation.ts';
import type { Direction } from '../metrics/removalCurve.ts';
import { road } from '../metrics/road.ts';
import { type EvaluatedMap, type EvaluationMetric, type EvaluationSubject, said } from './metric.ts';

/* Whether the model needs what a map shows: the probability of the explained class while it is taken away, or put in. */

/** Points on a curve after the first, or squares along a side. */
const steps = 16;
const squares = 7;

const flipping = (direction: Direction) => async (maps: readonly EvaluatedMap[], subject: EvaluationSubject) => {
  const { input, sureness, toBlack } = subject;
  const pixelsPerStep = Math.ceil((input.height * input.width) / steps);
  const curves = await pixelFlipping(sureness, maps, { replace: toBlack, pixelsPerStep, direction });
  return curves.map(({ area, points }) => said(area, points));
};

export const deletion: EvaluationMetric = {
  id: 'deletion',
  title: 'Deletion',
  about:
    'Mean probability of the explained class while pixels are made black, those with the largest values first: small where the map shows what is needed.',
  paper: 'Bach et al. 2015 (pixel flipping); Petsiuk, Das & Saenko 2018',
  kind: 'removal',
  larger: 'worse',
  settings: { steps, replacement: 'black' },
  of: flipping('deletion'),
};

export const insertion: EvaluationMetric = {
  id: 'insertion',
  title: 'Insertion',
  about:
    'Mean probability of the explained class while pixels are put into a black image, those with the largest values first: large where the map shows what suffices.',
  paper: 'Petsiuk, Das & Saenko 2018',
  kind: 'removal',
  larger: 'better',
  settings: { steps, replacement: 'black' },
  of: flipping('insertion'),
};

const shares = [0.1, 0.3, 0.5, 0.7, 0.9];

export const roadMetric: EvaluationMetric = {
  id: 'road',
  title: 'ROAD',
  about:
    'Mean probability of the explained class after the pixels with the largest values are replaced by noisy means of their neighbours, which do not show where they were: small where the map shows what is needed.',
  paper: 'Rong, Leemann, Borisov, Kasneci & Kasneci 2022 (their curve is the accuracy)',
  kind: 'removal',
  larger: 'worse',
  settings: { shares: shares.join(' '), noise: 0.01 },
  async of(maps, { sureness, seed }) {
    const found = await road(sureness, maps, { shares, noise: 0.01, seed });
    return found.map(({ mean, scores }) =>
      said(
        mean,
        scores.map((score, i) => ({ share: shares[i] ?? 0, score })),
      ),
    );
  },
};

export const regionPerturbationMetric: EvaluationMetric = {
  id: 'region-perturbation',
  title: 'Region perturbation',
  about:
    'Mean drop of the probability of the explained class while squares are made black, those with the largest sums first, to half of the image: large where the map shows what is needed.',
  paper: 'Samek, Binder, Montavon, Lapuschkin & Müller 2017',
  kind: 'removal',
  larger: 'better',
  settings: { 'squares along a side': squares, 'share removed': 0.5, replacement: 'black' },
  async of(maps, { input, sureness, toBlack }) {
    const side = sideOf(input);
    const all = patches(input, side).length;
    const regions = Math.max(1, Math.floor(all / 2));
    const found = await regionPerturbation(sureness, maps, { replace: toBlack, side, regions });
    return found.map(({ aopc, drops }) =>
      said(
        aopc,
        [0, ...drops].map((score, i) => ({ share: i / all, score })),
      ),
    );
  },
};

function sideOf({ height, width }: PixelLayout): number {
  return Math.max(1, Math.round(Math.min(height, width) / squares));
}
