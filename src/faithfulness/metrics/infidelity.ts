import { fillWithNormals } from '../../random/normal.ts';
import { type Random, random } from '../../random/random.ts';
import { MetricSettingsError, UnmeasurableMapError } from './errors.ts';
import { mapsByImage } from './judgedMap.ts';
import { square } from './patches.ts';
import { elementOf, type Perturbed, type PixelLayout, type Subject, scored, scoresOfImages } from './perturbed.ts';
import { checkWhole } from './ranking.ts';
import type { Replacement } from './replacement.ts';

/** A map as infidelity reads it. */
export interface ElementMap {
  readonly image: number;
  /**
   * One number for each element of the image as model input, or one a pixel, which then holds for all of its channels.
   */
  readonly values: Float32Array;
}

/** What is taken from the image: I, in units of model input. */
export type InfidelityPerturbation =
  /** Independent normal numbers at every element. */
  | { readonly kind: 'noise'; readonly deviation: number }
  /** All that a square differs by from its replacement: squares anywhere in the image, one a sample. */
  | { readonly kind: 'squares'; readonly side: number; readonly replace: Replacement }
  /**
   * Quantus': one square of a grid after the other, row by row, and each image keeps the squares that were replaced
   * before it. The samples are rounds over the whole grid, each like the one before.
   */
  | { readonly kind: 'cumulativeSquares'; readonly side: number; readonly replace: Replacement };

export interface InfidelitySettings {
  readonly perturbation: InfidelityPerturbation;
  /** Default 100. */
  readonly samples?: number;
  readonly seed?: number;
  /**
   * Whether the map is first multiplied by the number that makes its infidelity smallest, so that scale does not count.
   */
  readonly scaled?: boolean;
}

/**
 * Infidelity, Yeh, Hsieh, Suggala, Inouye & Ravikumar 2019: how far the map, taken as the slopes of the
 * score, is from saying by how much the score changes when I is taken from the image.
 *
 *     INFD = mean_I ( I . a - (f(x) - f(x - I)) )^2
 *
 * Units of the score squared, 0 or more, smaller is better. A map of contributions (values that were multiplied by the
 * input) has to be divided by what it was multiplied by before it can be read so.
 * @returns a number for each map; all maps of an image are judged on the same I.
 * @throws UnmeasurableMapError for values that are not finite or not of the image's size; MetricSettingsError.
 */
export async function infidelity(
  subject: Subject,
  maps: readonly ElementMap[],
  { perturbation, samples = 100, seed = 0, scaled = false }: InfidelitySettings,
): Promise<number[]> {
  checkSettings(subject.input, perturbation, samples);
  for (const map of maps) checkValues(map, subject.input);
  const size = subject.input.height * subject.input.width * subject.input.channels;
  const whole = await scoresOfImages(subject);
  const original = (image: number) => subject.images.data.subarray(image * size, (image + 1) * size);
  function* plans(): Generator<Perturbed & { readonly products: readonly Product[] }> {
    for (const [image, places] of mapsByImage(maps)) {
      for (const change of changes(subject.input, perturbation, samples, random(seed + image))) {
        const products: Product[] = [];
        yield {
          image,
          products,
          // What was taken is known once the image is made: I is the image less what has become of it.
          change: (row) => {
            change(row);
            for (const at of places) {
              const map = maps[at];
              if (map) products.push({ at, value: takenTimes(map, original(image), row, subject.input) });
            }
          },
        };
      }
    }
  }
  const found = maps.map(() => ({ products: [] as number[], drops: [] as number[] }));
  for await (const { plan, score } of scored(subject, plans())) {
    for (const { at, value } of plan.products) {
      found[at]?.products.push(value);
      found[at]?.drops.push((whole[plan.image] ?? 0) - score);
    }
  }
  return found.map(({ products, drops }) => meanSquare(products, drops, scaled ? bestScale(products, drops) : 1));
}

/** I . a for the map at a place of the list. */
interface Product {
  readonly at: number;
  readonly value: number;
}

function takenTimes({ values }: ElementMap, before: Float32Array, after: Float32Array, input: PixelLayout): number {
  let sum = 0;
  if (values.length === before.length) {
    for (let i = 0; i < before.length; i++) sum += (values[i] ?? 0) * ((before[i] ?? 0) - (after[i] ?? 0));
    return sum;
  }
  for (let c = 0; c < input.channels; c++) {
    for (let pixel = 0; pixel < values.length; pixel++) {
      const element = elementOf(input, pixel, c);
      sum += (values[pixel] ?? 0) * ((before[element] ?? 0) - (after[element] ?? 0));
    }
  }
  return sum;
}

function* changes(
  input: PixelLayout,
  perturbation: InfidelityPerturbation,
  samples: number,
  source: Random,
): Generator<(row: Float32Array) => void> {
  if (perturbation.kind === 'cumulativeSquares') {
    const { side, replace } = perturbation;
    for (let sample = 0; sample < samples; sample++) {
      const gone: number[] = [];
      for (let top = 0; top < input.height; top += side) {
        for (let left = 0; left < input.width; left += side) {
          gone.push(...square(input, top, left, side));
          const pixels = Int32Array.from(gone);
          yield (row) => replace(row, pixels);
        }
      }
    }
    return;
  }
  for (let sample = 0; sample < samples; sample++) {
    if (perturbation.kind === 'noise') {
      const noise = new Float32Array(input.height * input.width * input.channels);
      fillWithNormals(noise, source);
      yield (row) => {
        for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) - perturbation.deviation * (noise[i] ?? 0);
      };
    } else {
      const { side, replace } = perturbation;
      const top = source.index(input.height - side + 1);
      const pixels = square(input, top, source.index(input.width - side + 1), side);
      yield (row) => replace(row, pixels);
    }
  }
}

/** The factor b that makes the mean of (b p - d)^2 smallest: sum(p d) / sum(p p); 1 for products that are all 0. */
function bestScale(products: readonly number[], drops: readonly number[]): number {
  const squares = products.reduce((sum, product) => sum + product * product, 0);
  return squares === 0 ? 1 : products.reduce((sum, product, i) => sum + product * (drops[i] ?? 0), 0) / squares;
}

function meanSquare(products: readonly number[], drops: readonly number[], scale: number): number {
  return products.reduce((sum, product, i) => sum + (scale * product - (drops[i] ?? 0)) ** 2, 0) / products.length;
}

function checkSettings(input: PixelLayout, perturbation: InfidelityPerturbation, samples: number): void {
  checkWhole('The number of samples', samples, 1, Number.MAX_SAFE_INTEGER);
  if (perturbation.kind !== 'noise') {
    checkWhole('The side of a square', perturbation.side, 1, Math.min(input.height, input.width));
  } else if (!(perturbation.deviation > 0 && Number.isFinite(perturbation.deviation))) {
    throw new MetricSettingsError(`The noise has the deviation ${perturbation.deviation}: give a number above 0.`);
  }
}

function checkValues({ values }: ElementMap, { height, width, channels }: PixelLayout): void {
  const pixels = height * width;
  if (values.length !== pixels && values.length !== pixels * channels) {
    throw new UnmeasurableMapError(
      `The map has ${values.length} values, but the image has ${pixels} pixels of ${channels} channels: give one value for each element, or one a pixel.`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new UnmeasurableMapError(`The map's value ${values[bad]} is not a finite number: leave it out.`);
}
