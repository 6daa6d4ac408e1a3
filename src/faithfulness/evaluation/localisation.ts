import {
  localisationAuc,
  type Mask,
  pointingGame,
  relevanceMassAccuracy,
  relevanceRankAccuracy,
} from '../metrics/localisation.ts';
import type { CellMap } from '../pixelMap.ts';
import { type EvaluationMetric, said } from './metric.ts';

/* Whether a map is where the truth is known to be. */

type Words = Pick<EvaluationMetric, 'id' | 'title' | 'about' | 'paper'>;

function localisation(words: Words, measure: (map: CellMap, mask: Mask) => number): EvaluationMetric {
  return {
    ...words,
    kind: 'localisation',
    larger: 'better',
    settings: {},
    needsMasks: true,
    of: async (maps, { masks }) =>
      maps.map(({ image, map }) => {
        const mask = masks?.[image];
        return mask && said(measure(map, mask));
      }),
  };
}

export const localisationMetrics: readonly EvaluationMetric[] = [
  localisation(
    {
      id: 'pointing-game',
      title: 'Pointing game',
      about: 'Of how many images the largest value is inside the mask.',
      paper: 'Zhang, Bargal, Lin, Brandt, Shen & Sclaroff 2018',
    },
    (map, mask) => Number(pointingGame(map, mask)),
  ),
  localisation(
    {
      id: 'relevance-mass',
      title: 'Relevance mass',
      about: "The share of the values' sizes that is inside the mask.",
      paper: 'Arras, Osman & Samek 2022',
    },
    (map, mask) => relevanceMassAccuracy(map, mask),
  ),
  localisation(
    {
      id: 'relevance-rank',
      title: 'Relevance rank',
      about: 'Of as many of the largest values, by size, as the mask has pixels, the share that is inside.',
      paper: 'Arras, Osman & Samek 2022',
    },
    (map, mask) => relevanceRankAccuracy(map, mask),
  ),
  localisation(
    {
      id: 'auc',
      title: 'Localisation AUC',
      about: 'How often a pixel inside the mask has a larger value than one outside: 0.5 by chance.',
      paper: 'Fawcett 2006 (area under the ROC curve)',
    },
    (map, mask) => localisationAuc(map, mask),
  ),
];
