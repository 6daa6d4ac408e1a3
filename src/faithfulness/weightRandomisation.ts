import { type Explanation, explain, type MethodMap } from '../attribution/explain.ts';
import { isKonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { type RandomWeights, weightedLayers, withRandomWeights } from '../model/randomWeights.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { scoped } from '../runtime/release.ts';
import { cellMap } from './pixelMap.ts';
import { rankCorrelation } from './rankCorrelation.ts';

/**
 * The weight-randomisation check of Adebayo et al. 2018: the same maps for the same network with random weights, and how far
 * they agree with the real ones: the rank correlation of their signed values (of sizes it is near 1 for every map that is 0 on
 * an empty background). Near 0 where a map depends on what was learnt.
 * @returns for the k-th map of each explanation, by image; undefined where a method refuses, or a map is all equal. Empty
 * for a model without weights to replace.
 */
export async function weightRandomisation(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  explanations: readonly Explanation[],
  weights: RandomWeights,
): Promise<readonly (readonly (number | undefined)[])[]> {
  if (weightedLayers(classifier).length === 0) return [];
  return scoped(async (keep) => {
    const randomised = await keep(withRandomWeights(classifier, weights));
    const most = Math.max(0, ...explanations.map(({ maps }) => maps.length));
    const correlations = Array.from({ length: most }, () => new Array<number | undefined>(explanations.length));
    for (const column of columnsOf(explanations)) {
      const shown = column.flatMap(({ image }) => images[image] ?? []);
      const others = await mapsOf(randomised, shown, column);
      for (const [at, { map, image, position }] of column.entries()) {
        const own = correlations[position];
        if (own) own[image] = agreement(classifier, map, others?.get(at));
      }
    }
    return correlations;
  });
}

/** A map, which image's it is, and its place among that one's maps. */
interface PlacedMap {
  readonly map: MethodMap;
  readonly image: number;
  readonly position: number;
}

/** The maps of one method and turn (the target's, then the contrast's), of all images that have one. */
function columnsOf(explanations: readonly Explanation[]): readonly (readonly PlacedMap[])[] {
  const columns = new Map<string, PlacedMap[]>();
  for (const [image, { maps }] of explanations.entries()) {
    const turns = new Map<string, number>();
    for (const [position, map] of maps.entries()) {
      const turn = turns.get(map.method.id) ?? 0;
      turns.set(map.method.id, turn + 1);
      const key = `${map.method.id} ${turn}`;
      columns.set(key, [...(columns.get(key) ?? []), { map, image, position }]);
    }
  }
  return [...columns.values()];
}

/** The same maps of another classifier, by place in the column. */
async function mapsOf(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  column: readonly PlacedMap[],
): Promise<ReadonlyMap<number, MethodMap> | undefined> {
  const [first] = column;
  if (!first) return undefined;
  let next = 0;
  const leftOut = new Set<number>();
  try {
    const found = await explain(classifier, concatRows(images), [first.map.method], {
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

function agreement({ input }: Classifier, map?: MethodMap, other?: MethodMap): number | undefined {
  const [own, random] = [map && cellMap(map, input), other && cellMap(other, input)];
  if (!own || !random) return undefined;
  const rho = rankCorrelation(own.values, random.values);
  return Number.isFinite(rho) ? rho : undefined;
}
