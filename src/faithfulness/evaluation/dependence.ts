import type { MethodMap } from '../../attribution/explain.ts';
import { isKonkyoError } from '../../konkyoError.ts';
import { weightedLayers } from '../../model/randomWeights.ts';
import { concatRows, rows, type Tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import type { MapToCheck, Outcome } from '../check.ts';
import { rankCorrelation } from '../correlation.ts';
import { explanationSensitivity } from '../metrics/explanationSensitivity.ts';
import { mapsOf, randomisedCorrelations } from '../parameterRandomisation.ts';
import { cellMap, stretched } from '../pixelMap.ts';
import { type EvaluatedMap, type EvaluationMetric, type EvaluationSubject, type Measured, said } from './metric.ts';

/* What a map depends on: the weights that were learnt, the class that is explained, the image. */

export const randomisationMetric: EvaluationMetric = {
  id: 'parameter-randomisation',
  title: 'Parameter randomisation',
  about:
    "How much of a map's order is still there when all layers but the first have random weights, as the size of a rank correlation: near 0 where the map shows what was learnt.",
  paper: 'Adebayo, Gilmer, Muelly, Goodfellow, Hardt & Kim 2018',
  kind: 'dependence',
  larger: 'worse',
  settings: { layers: 'all but the first' },
  async of(maps, subject) {
    const { classifier, seed } = subject;
    const layers = Math.max(1, weightedLayers(classifier).length - 1);
    const own = maps.map((map) => toCheck(map, subject));
    const found = await randomisedCorrelations(
      classifier,
      own.filter((one) => one !== undefined),
      { seed, layers },
    );
    let next = 0;
    return own.map((one) => {
      const correlation = one && found[next++];
      return correlation === undefined ? undefined : said(Math.abs(correlation));
    });
  },
};

export const randomLogitMetric: EvaluationMetric = {
  id: 'random-logit',
  title: 'Random logit',
  about:
    "Rank correlation of a map with the same method's map for another class, drawn at random: 1 where the map does not depend on the class.",
  paper: 'Sixt, Granz & Landgraf 2020 (with structural similarity)',
  kind: 'dependence',
  larger: 'worse',
  settings: {},
  of: (maps, subject) =>
    byMethod(maps, async (column) => {
      const { classifier, input, seed, targets } = subject;
      if (classifier.classCount < 2) return column.map(() => undefined);
      const asked = column.flatMap((map) => {
        const one = toCheck(map, subject);
        const other = otherClass(targets[map.image] ?? 0, classifier.classCount, seed + map.image);
        return one ? [{ ...one, map: { ...one.map, target: other } }] : [];
      });
      const others = await mapsOf(classifier, asked);
      return column.map(({ map }, i) => {
        const other = others?.get(i);
        const cells = other && cellMap(other, input);
        return cells && said(rankCorrelation(map.values, stretched(cells, input).values));
      });
    }),
};

const samples = 4;
const radius = 0.02;

export const sensitivityMetric: EvaluationMetric = {
  id: 'sensitivity',
  title: 'Max-sensitivity',
  about:
    'How far the map moves at most, as a share of its own length, when every pixel moves by at most a fiftieth of the range: 0 where the map stays. It takes four more maps for each.',
  paper: 'Yeh, Hsieh, Suggala, Inouye & Ravikumar 2019',
  kind: 'dependence',
  larger: 'worse',
  settings: { samples, radius: `${radius} of the pixels' range`, relative: 'yes' },
  of: (maps, subject) =>
    byMethod(maps, (column, method) =>
      scoped(async (keep) => {
        const { classifier, input, seed, targets } = subject;
        const explainer = await keep(method.compile(classifier));
        const images = concatRows(column.map(({ image }) => imageOf(subject, image)));
        const deviation = input.std.reduce((sum, std) => sum + std, 0) / input.std.length;
        const found = await explanationSensitivity(
          images,
          {
            batchSize: classifier.batchSize,
            async explain(changed, of) {
              const own = of.map((k) => targets[column[k]?.image ?? 0] ?? 0);
              const { values } = await explainer.attribute(changed, own);
              return own.map((_, i) => rows(values, i, i + 1).data);
            },
          },
          { radius: (radius * 255 * input.scale) / deviation, samples, seed, relative: true },
        );
        return found.map(({ max }) => said(max));
      }),
    ),
};

/** Does something with the maps of one method after the other; what a method refuses, it refuses for all of its maps. */
async function byMethod(
  maps: readonly EvaluatedMap[],
  measure: (column: readonly EvaluatedMap[], method: MethodMap['method']) => Promise<readonly Outcome<Measured>[]>,
): Promise<readonly Outcome<Measured>[]> {
  const found = new Map<EvaluatedMap, Outcome<Measured>>();
  for (const method of new Set(maps.flatMap(({ made }) => made?.method ?? []))) {
    const column = maps.filter(({ made }) => made?.method === method);
    const outcomes = await measure(column, method).catch((error: unknown) => {
      if (!isKonkyoError(error)) throw error;
      return column.map(() => ({ refused: error.message }));
    });
    for (const [i, map] of column.entries()) found.set(map, outcomes[i]);
  }
  return maps.map((map) => found.get(map));
}

function toCheck({ image, made }: EvaluatedMap, subject: EvaluationSubject): MapToCheck | undefined {
  return made && { map: made, image: imageOf(subject, image), position: image };
}

function imageOf({ score: { images } }: EvaluationSubject, image: number): Tensor<'float32'> {
  return rows(images, image, image + 1);
}

/** Every class but one, each equally likely. */
function otherClass(own: number, count: number, seed: number): number {
  const drawn = random(seed).index(count - 1);
  return drawn < own ? drawn : drawn + 1;
}
