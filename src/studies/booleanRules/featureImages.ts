import { noiseAmplitude, noiseImagesOf } from '../../attribution/gradient/pixelNoise.ts';
import { saliency } from '../../attribution/gradient/saliency.ts';
import { smoothGrad } from '../../attribution/gradient/smoothGrad.ts';
import { unitScores } from '../../attribution/unitScores.ts';
import { type LabelledImages, selectImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { baselineImage } from '../../model/pixels.ts';
import { concatRows, float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { scoped } from '../../runtime/release.ts';
import { trainingImages } from '../../training/trainingImages.ts';

/** The paper's settings: 100 images, Gaussian noise of mean 0 and standard deviation 0.1. */
const paperImages = 100;
const paperNoise = 0.1;
const noiseSeed = 1;

/**
 * The maximisation image of each feature as in paper A (section 4): the mean of its gradients with respect to the pixels over 100
 * images of the training data, spread evenly over it, with noise added to each. (The paper repeats "over several images", 100.)
 * @returns one row of model input for each feature, in the order given: positive where a brighter pixel raises it.
 */
export async function featureGradients(
  classifier: Classifier,
  layer: string,
  features: readonly number[],
  images: LabelledImages,
): Promise<Tensor<'float32'>[]> {
  const noisy = withNoise(spreadImages(images, classifier), classifier.input);
  const count = noisy.dims[0] ?? 1;
  return scoped(async (keep) => {
    const units = await keep(unitScores(classifier, layer));
    const explainer = await keep(saliency().compile(units));
    const means: Tensor<'float32'>[] = [];
    for (const feature of features) {
      const { values } = await explainer.attribute(noisy, Array<number>(count).fill(targetOf(units, feature)));
      means.push(meanRow(values));
    }
    return means;
  });
}

/**
 * The other reading: for each feature the mean of its gradients over noisy versions of one image.
 * @param bases model input [1, ...], one for each feature; by default all blank.
 * @param samples noisy versions of each; 100 in the paper.
 */
export async function gradientsAround(
  classifier: Classifier,
  layer: string,
  features: readonly number[],
  bases: readonly Tensor<'float32'>[] = features.map(() => baselineImage(0, classifier.input)),
  samples = paperImages,
): Promise<Tensor<'float32'>[]> {
  return scoped(async (keep) => {
    const units = await keep(unitScores(classifier, layer));
    const settings = { samples, noise: paperNoise, seed: noiseSeed };
    const explainer = await keep(smoothGrad(settings).compile(units));
    const targets = features.map((feature) => targetOf(units, feature));
    const { values } = await explainer.attribute(concatRows(bases), targets);
    return features.map((_, i) => rows(values, i, i + 1));
  });
}

/** Of a layer's only unit z, target 1 stands for z. */
function targetOf({ scores }: Classifier, feature: number): number {
  return scores.width === 1 ? 1 : feature;
}

function spreadImages(set: LabelledImages, { input, classCount }: Classifier): Tensor<'float32'> {
  const count = Math.min(paperImages, set.count);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * set.count) / count));
  return trainingImages(selectImages(set, chosen), input, classCount).images;
}

function withNoise(images: Tensor<'float32'>, input: InputDescription): Tensor<'float32'> {
  const [count = 0] = images.dims;
  const noise = noiseImagesOf(
    Uint32Array.from({ length: count }, (_, i) => noiseSeed + i),
    input,
  ).data;
  const amplitude = noiseAmplitude(paperNoise, input).data;
  const size = amplitude.length;
  return float32(
    images.dims,
    images.data.map((value, i) => value + (noise[i] ?? 0) * (amplitude[i % size] ?? 0)),
  );
}

/** The mean over the rows, [1, ...]. */
function meanRow({ dims, data }: Tensor<'float32'>): Tensor<'float32'> {
  const [count = 1, ...rest] = dims;
  const mean = new Float32Array(data.length / count);
  for (let i = 0; i < data.length; i++) mean[i % mean.length] = (mean[i % mean.length] ?? 0) + (data[i] ?? 0) / count;
  return float32([1, ...rest], mean);
}

/** How many images the mean of the most exciting ones is of. */
const exciting = 100;

/** The mean of the images in which a feature is largest, as pixels 0..255. */
export function excitingImage(set: LabelledImages, values: Float32Array): Float32Array {
  return meanOfImages(set, largestRows(values, exciting));
}

/** The rows with the largest values, largest first. */
export function largestRows(values: Float32Array, count: number): number[] {
  const order = Array.from(values.keys()).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  return order.slice(0, count);
}

/** As pixels 0..255. */
export function meanOfImages(set: LabelledImages, chosen: readonly number[]): Float32Array {
  const size = set.height * set.width * set.channels;
  const mean = new Float32Array(size);
  for (const index of chosen) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (set.images[index * size + i] ?? 0) / chosen.length;
  }
  return mean;
}
