import type { Classifier } from '../../model/classifier.ts';
import { loadClassifier } from '../../model/loadClassifier.ts';
import { float32, rows, sizeOf, type Tensor, zeros } from '../../onnx/tensor.ts';
import { writeModel } from '../../onnx/writeModel.ts';
import { scoped } from '../../runtime/release.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { contendersOf, type Refusal } from './contenders.ts';
import { type HandSetNetwork, handSetImages, handSetSide } from './handSetNetworks.ts';
import { type Judged, judged, type Measure } from './judged.ts';
import type { MethodsFor } from './methodsFor.ts';
import { shapleyValues } from './shapleyValues.ts';

/** How far methods are from the exact Shapley values of a network that is known. */
export interface ShapleyTruth {
  readonly network: string;
  readonly formula: string;
  readonly images: number;
  readonly rows: readonly Judged<ShapleyFigure>[];
  readonly refused: readonly Refusal[];
}

/**
 * `distance`: |map - phi| divided by the size of phi, the root mean square of |phi| over the images (Euclidean; some images
 * may have a phi of nearly 0): about 1 for a map of zeros. `direction`: sqrt(1 - cos^2) of map and phi, the least
 * |map - phi| / |phi| of any multiple of the map: 0 where only the scale is another, 1 where the map has nothing of phi.
 */
export type ShapleyFigure = 'distance' | 'direction';

export interface ShapleyOptions {
  readonly runtime: Runtime;
  readonly methods: MethodsFor;
  readonly seed: number;
  readonly images: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (what: string) => void;
}

/** @throws the signal's reason, once it is aborted; what `explain` throws */
export async function shapleyTruth(
  { name, formula, model }: HandSetNetwork,
  { runtime, methods, seed, images: count, signal, onStep }: ShapleyOptions,
): Promise<ShapleyTruth> {
  return scoped(async (keep) => {
    const classifier = await keep(loadClassifier(writeModel(model), { runtime }));
    const images = handSetImages(count, seed);
    const known = await exactShapleyValues(classifier, images);
    const size = Math.sqrt(known.reduce((sum, phi) => sum + dot(phi, phi), 0) / known.length);
    const { contenders, refused } = await contendersOf(
      classifier,
      images,
      methods({ side: handSetSide, background: zeros('float32', [1, 1, handSetSide, handSetSide]) }),
      // The score itself, not the one that is larger of it and its negative.
      { seed, target: () => 1, signal, onMethod: (title) => onStep?.(`network "${name}": ${title}`) },
    );
    const truthOf = (image: number) => known[image] ?? new Float64Array();
    const measures: Readonly<Record<ShapleyFigure, Measure>> = {
      distance: ({ values }, image) => distance(values, truthOf(image)) / size,
      direction: ({ values }, image) => direction(values, truthOf(image)),
    };
    return {
      network: name,
      formula,
      images: count,
      rows: contenders.map((contender) => judged(contender, measures, seed)),
      refused,
    };
  });
}

/**
 * Of each image's pixels, with respect to the score, by running the network on all 2^n images in which pixels are as they are
 * or 0.
 * @param images [n, 1, height, width] of 20 pixels at most; the network has one score.
 */
export async function exactShapleyValues(classifier: Classifier, images: Tensor<'float32'>): Promise<Float64Array[]> {
  const dims = images.dims.slice(1);
  const pixels = sizeOf(dims);
  const coalitions = 2 ** pixels;
  const found: Float64Array[] = [];
  for (let i = 0; i < (images.dims[0] ?? 0); i++) {
    const image = rows(images, i, i + 1).data;
    const masked = Float32Array.from({ length: coalitions * pixels }, (_, at) => {
      const pixel = at % pixels;
      return (Math.floor(at / pixels) >> pixel) % 2 === 1 ? (image[pixel] ?? 0) : 0;
    });
    const { data } = await classifier.scoresOf(float32([coalitions, ...dims], masked));
    found.push(shapleyValues(data));
  }
  return found;
}

function distance(map: Float32Array, truth: Float64Array): number {
  return Math.sqrt(truth.reduce((sum, value, i) => sum + ((map[i] ?? 0) - value) ** 2, 0));
}

function direction(map: Float32Array, truth: Float64Array): number {
  const sizes = dot(map, map) * dot(truth, truth);
  return sizes === 0 ? 1 : Math.sqrt(Math.max(0, 1 - dot(map, truth) ** 2 / sizes));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
