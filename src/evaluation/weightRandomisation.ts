import { type Explanation, explain, type MethodMap } from '../attribution/explain.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { isKonkyoError } from '../konkyoError.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { cellMap } from './pixelMap.ts';
import { type RandomWeights, weightedLayers, withRandomWeights } from './randomWeights.ts';
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
  const randomised = await withRandomWeights(classifier, weights);
  try {
    const columns: (number | undefined)[][] = [];
    for (const [k, { method }] of (explanations[0]?.maps ?? []).entries()) {
      const own = explanations.map(({ maps }) => maps[k]);
      const others = await mapsOf(randomised, images, own, method);
      columns.push(own.map((map, i) => agreement(classifier, map, others?.[i])));
    }
    return columns;
  } finally {
    await randomised.release();
  }
}

async function mapsOf(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  maps: readonly (MethodMap | undefined)[],
  method: MethodMap['method'],
): Promise<readonly MethodMap[] | undefined> {
  let next = 0;
  try {
    const found = await explain(classifier, concatRows(images), [method], {
      target: ({ chosen }) => maps[next++]?.target ?? chosen,
    });
    return found.flatMap((explanation) => explanation.maps);
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
