import { faithfulnessCorrelation } from '../metrics/faithfulnessCorrelation.ts';
import { type ElementMap, infidelity } from '../metrics/infidelity.ts';
import { elementOf } from '../metrics/perturbed.ts';
import { type EvaluatedMap, type EvaluationMetric, type EvaluationSubject, said } from './metric.ts';

/* Whether a map's numbers say by how much the score changes. */

const subsets = 100;
const shareOfPixels = 0.2;

export const correlationMetric: EvaluationMetric = {
  id: 'faithfulness-correlation',
  title: 'Faithfulness correlation',
  about:
    "Pearson's correlation, over random subsets of the pixels, of the map's sum with the drop of the score when they are made black: 1 where the map says which pixels matter how much.",
  paper: 'Bhatt, Weller & Moura 2020',
  kind: 'agreement',
  larger: 'better',
  settings: { subsets, 'share of pixels': shareOfPixels, replacement: 'black' },
  async of(maps, { input, score, toBlack, seed }) {
    const subsetSize = Math.max(1, Math.round(shareOfPixels * input.height * input.width));
    const settings = { replace: toBlack, subsetSize, samples: subsets, seed };
    return (await faithfulnessCorrelation(score, maps, settings)).map((value) => said(value));
  },
};

const squaresAlong = 4;

export const infidelityMetric: EvaluationMetric = {
  id: 'infidelity',
  title: 'Infidelity',
  about:
    'Mean square of the difference between what the map says a black square would cost and what it costs, the map first brought to its best scale: 0 where it says it exactly.',
  paper: 'Yeh, Hsieh, Suggala, Inouye & Ravikumar 2019',
  kind: 'agreement',
  larger: 'worse',
  settings: { squares: subsets, 'side of a square': '1/4', 'best scale': 'yes' },
  async of(maps, subject) {
    const { input, score, toBlack, seed } = subject;
    const side = Math.max(1, Math.round(Math.min(input.height, input.width) / squaresAlong));
    const perturbation = { kind: 'squares', side, replace: toBlack } as const;
    const slopes = maps.map((map) => slopesOf(map, subject));
    return (await infidelity(score, slopes, { perturbation, samples: subsets, seed, scaled: true })).map((value) =>
      said(value),
    );
  },
};

/**
 * Infidelity reads maps as slopes. What is a contribution already is divided by the change that it is the contribution of: the
 * pixel's difference from black, 0 where there is none.
 */
function slopesOf({ image, map, made }: EvaluatedMap, { input, score, black }: EvaluationSubject): ElementMap {
  if (made?.layer === undefined && made?.method.unit.includes('per unit of input')) {
    return { image, values: made.values.data };
  }
  const size = black.length;
  const own = score.images.data.subarray(image * size, (image + 1) * size);
  const values = new Float32Array(size);
  for (const [pixel, value] of map.values.entries()) {
    const elements = Array.from({ length: input.channels }, (_, c) => elementOf(input, pixel, c));
    const change = elements.reduce((sum, at) => sum + (own[at] ?? 0) - (black[at] ?? 0), 0);
    for (const at of elements) values[at] = change === 0 ? 0 : value / change;
  }
  return { image, values };
}

export const completenessMetric: EvaluationMetric = {
  id: 'completeness-gap',
  title: 'Completeness gap',
  about:
    "How far the map's sum is from the difference of scores that it should add up to, as a share of it. Only of methods that claim it.",
  paper: 'Sundararajan, Taly & Yan 2017; Bach et al. 2015 (conservation)',
  kind: 'agreement',
  larger: 'worse',
  settings: {},
  of: async (maps) =>
    maps.map(({ made }) => (made?.completeness ? said(made.completeness.gap ?? Number.NaN) : undefined)),
};
