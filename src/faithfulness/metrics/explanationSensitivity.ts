import { ArgumentError } from '../../argumentError.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { type Random, random } from '../../random/random.ts';
import { mean } from '../mean.ts';
import { MetricSettingsError, UnmeasurableMapError } from './errors.ts';
import { type Perturbed, perturbedBatches } from './perturbed.ts';
import { checkWhole } from './ranking.ts';

/** A method of explanation: the map of each of the images; `of[k]` is the original that image k was made from. */
export interface MapMaker {
  readonly explain: (images: Tensor<'float32'>, of: readonly number[]) => Promise<readonly Float32Array[]>;
  /** Images that go through at a time. */
  readonly batchSize: number;
}

export interface SensitivitySettings {
  /** How far each element of model input may move, units of model input. */
  readonly radius: number;
  /** Neighbours drawn for an image. Default 10. */
  readonly samples?: number;
  readonly seed?: number;
  /**
   * Whether the distance is a share of the length of the image's own map, as in Quantus, Captum and the code of the
   * paper's authors, so that methods of other scales can be compared. Default false: the paper's formula.
   */
  readonly relative?: boolean;
}

export interface ExplanationSensitivity {
  readonly max: number;
  readonly average: number;
}

/**
 * Max-sensitivity, Yeh, Hsieh, Suggala, Inouye & Ravikumar 2019, and average sensitivity (Bhatt, Weller
 * & Moura 2020): how far the map moves when the image moves a little.
 *
 *     max or mean over y with |y - x| <= r, in every element, of  || a(y) - a(x) ||_2   [ / || a(x) ||_2 ]
 *
 * Units of the map, or with `relative` a share; 0 or more, smaller is better. The neighbours are drawn evenly from the
 * cube; the maximum over them is a lower bound. Quantus leaves neighbours out for which the decision changes: for this
 * the explainer has to keep to the original's target, and the caller to a radius at which decisions stay.
 * @returns a pair for each image.
 * @throws UnmeasurableMapError for a map that is not finite, or, with `relative`, 0 everywhere; MetricSettingsError;
 *   ArgumentError for an explainer that gives another number of maps.
 */
export async function explanationSensitivity(
  images: Tensor<'float32'>,
  explainer: MapMaker,
  { radius, samples = 10, seed = 0, relative = false }: SensitivitySettings,
): Promise<ExplanationSensitivity[]> {
  if (!(radius > 0 && Number.isFinite(radius))) {
    throw new MetricSettingsError(`The radius is ${radius}: give a number above 0, in units of model input.`);
  }
  checkWhole('The number of samples', samples, 1, Number.MAX_SAFE_INTEGER);
  const [count = 0] = images.dims;
  function* plans(): Generator<Perturbed> {
    for (let image = 0; image < count; image++) {
      const source = random(seed + image);
      yield { image, change: () => {} };
      for (let sample = 0; sample < samples; sample++) yield { image, change: (row) => move(row, radius, source) };
    }
  }
  // The image's own map comes before those of its neighbours, so that only one has to be kept.
  const distances = Array.from({ length: count }, (): number[] => []);
  let own: { readonly image: number; readonly map: Float32Array } | undefined;
  for (const batch of perturbedBatches(images, plans(), explainer.batchSize)) {
    const of = batch.plans.map(({ image }) => image);
    const maps = await explainer.explain(batch.images, of);
    if (maps.length !== of.length) {
      throw new ArgumentError(
        `The explainer gave ${maps.length} maps for ${of.length} images: it has to give one for each.`,
      );
    }
    for (const [k, image] of of.entries()) {
      const map = maps[k] ?? new Float32Array();
      if (own?.image === image) {
        distances[image]?.push(distance(map, own.map, image) / (relative ? lengthOf(own.map) : 1));
      } else {
        own = { image, map: map.slice() };
        if (relative && lengthOf(map) === 0) {
          throw new UnmeasurableMapError(`The map of image ${image} is 0 everywhere: nothing is a share of it.`);
        }
      }
    }
  }
  return distances.map((all) => ({ max: Math.max(...all), average: mean(all) }));
}

function move(row: Float32Array, radius: number, source: Random): void {
  for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) + radius * (2 * source.uniform() - 1);
}

function distance(a: Float32Array, b: Float32Array, image: number): number {
  const found = lengthOf(a.map((value, i) => value - (b[i] ?? Number.NaN)));
  if (Number.isFinite(found)) return found;
  throw new UnmeasurableMapError(
    `The maps of image ${image} and a neighbour have no distance: values that are not finite, or ${a.length} against ${b.length} of them.`,
  );
}

function lengthOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
