import { explain, type MethodMap } from '../attribution/explain.ts';
import { isKonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { type RandomWeights, weightedLayers, withRandomWeights } from '../model/randomWeights.ts';
import { concatRows } from '../onnx/tensor.ts';
import { scoped } from '../runtime/release.ts';
import { check, type MapToCheck } from './check.ts';
import { rankCorrelation } from './correlation.ts';
import { verdictOf } from './figure.ts';
import { cellMap } from './pixelMap.ts';

/**
 * The result is a rank correlation, near 0 where the map depends on what was learnt. Up to 0.2 is what unrelated maps of one
 * image reach; from 0.4 on the map follows the image, not what was learnt.
 */
export const parameterRandomisation = check({
  id: 'parameter-randomisation',
  title: 'Parameter randomisation',
  about:
    "How much of a map's order is still there when all layers but the first have random weights: the model parameter randomisation test, Adebayo et al. 2018.",
  async run(maps, { classifier, seed, progress }) {
    progress(0, 1, 'parameter randomisation');
    // The first layer stays: with its edges alone a map can follow the image, which is what the check has to notice.
    const layers = Math.max(1, weightedLayers(classifier).length - 1);
    const found = await randomisedCorrelations(classifier, maps, { seed, layers });
    return found.map((result) => (result === undefined ? undefined : { result }));
  },
  figures: (correlation, { checks: { randomisation: text } }) => {
    const size = Math.abs(correlation);
    return [
      {
        label: text.label,
        aspect: 'randomisation',
        value: (size < 0.005 ? 0 : correlation).toFixed(2).replace('-', '−'),
        verdict: verdictOf(size < 0.2, size < 0.4),
        meaning: text.meaning,
      },
    ];
  },
  numbers: (correlation) => ({ randomWeightsCorrelation: correlation }),
});

/**
 * The same maps for the same network with random weights, and how far they agree with the real ones: the rank correlation of
 * their signed values (of sizes it is near 1 for every map that is 0 on an empty background).
 * @returns in the maps' order; undefined for a model without weights to replace, where a method refuses, or a map is all equal.
 */
export async function randomisedCorrelations(
  classifier: Classifier,
  maps: readonly MapToCheck[],
  weights: RandomWeights,
): Promise<readonly (number | undefined)[]> {
  if (weightedLayers(classifier).length === 0) return maps.map(() => undefined);
  return scoped(async (keep) => {
    const randomised = await keep(withRandomWeights(classifier, weights));
    const correlations = new Map<MethodMap, number | undefined>();
    for (const column of columnsOf(maps)) {
      const others = await mapsOf(randomised, column);
      for (const [at, { map }] of column.entries()) correlations.set(map, agreement(classifier, map, others?.get(at)));
    }
    return maps.map(({ map }) => correlations.get(map));
  });
}

/** The maps of one method and turn (the target's, then the contrast's), of all images that have one. */
function columnsOf(maps: readonly MapToCheck[]): readonly (readonly MapToCheck[])[] {
  const columns = new Map<string, MapToCheck[]>();
  const turns = new Map<string, number>();
  for (const one of maps) {
    const { id } = one.map.method;
    const ofImage = `${id} ${one.position}`;
    const turn = turns.get(ofImage) ?? 0;
    turns.set(ofImage, turn + 1);
    const key = `${id} ${turn}`;
    columns.set(key, [...(columns.get(key) ?? []), one]);
  }
  return [...columns.values()];
}

/** The same maps of another classifier, by place in the column. */
export async function mapsOf(
  classifier: Classifier,
  column: readonly MapToCheck[],
): Promise<ReadonlyMap<number, MethodMap> | undefined> {
  const [first] = column;
  if (!first) return undefined;
  let next = 0;
  const leftOut = new Set<number>();
  try {
    const found = await explain(classifier, concatRows(column.map(({ image }) => image)), [first.map.method], {
      target({ chosen }) {
        while (leftOut.has(next)) next++;
        return column[next++]?.map.target ?? chosen;
      },
      onRefused: () => {},
      onImageLeftOut: (image) => leftOut.add(image),
    });
    return new Map(found.flatMap(({ image, maps }) => maps.map((map) => [image, map] as const)));
  } catch (error) {
    if (isKonkyoError(error)) return undefined;
    throw error;
  }
}

function agreement({ input }: Classifier, map: MethodMap, other: MethodMap | undefined): number | undefined {
  const [own, random] = [cellMap(map, input), other && cellMap(other, input)];
  if (!own || !random) return undefined;
  const rho = rankCorrelation(own.values, random.values);
  return Number.isFinite(rho) ? rho : undefined;
}
