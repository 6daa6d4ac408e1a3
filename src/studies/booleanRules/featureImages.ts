import { smoothGrad } from '../../attribution/gradient/smoothGrad.ts';
import { unitScores } from '../../attribution/unitScores.ts';
import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import { baselineImage } from '../../model/pixels.ts';
import { concatRows, float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { scoped } from '../../runtime/release.ts';

/** The paper's settings: 100 images, Gaussian noise of mean 0 and standard deviation 0.1. */
const paperNoise = { samples: 100, noise: 0.1, seed: 1 };

/**
 * The maximisation image of each feature as in paper A (section 4): the mean of its gradients with respect to the pixels over
 * noisy versions of an image. The paper does not say which one; blank is our reading. A feature that is off there (a ReLU at 0)
 * has no gradient, and needs an image in which it is on.
 * @param base model input [1, ...], by default blank.
 * @returns one row of model input for each feature, in the order given: positive where a brighter pixel raises it.
 */
export async function featureGradients(
  classifier: Classifier,
  layer: string,
  features: readonly number[],
  base: Tensor<'float32'> = baselineImage(0, classifier.input),
): Promise<Tensor<'float32'>[]> {
  return scoped(async (keep) => {
    const units = await keep(unitScores(classifier, layer));
    const explainer = await keep(smoothGrad(paperNoise).compile(units));
    const images = concatRows(features.map(() => base));
    const single = units.scores.width === 1;
    const { values } = await explainer.attribute(
      images,
      features.map((feature) => (single ? 1 : feature)),
    );
    return features.map((_, i) => rows(values, i, i + 1));
  });
}

/** How many images the mean of the most exciting ones is of. */
const exciting = 100;

/** The mean of the images in which a feature is largest, as pixels 0..255. */
export function excitingImage(set: LabelledImages, values: Float32Array): Float32Array {
  const order = Array.from(values.keys()).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  const chosen = order.slice(0, exciting);
  const size = set.height * set.width * set.channels;
  const mean = new Float32Array(size);
  for (const index of chosen) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (set.images[index * size + i] ?? 0) / chosen.length;
  }
  return mean;
}

/** Pearson's, -1 to 1; 0 where either does not vary. */
export function correlation(one: Float32Array, other: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [product, squareOne, squareOther] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [(one[i] ?? 0) - meanOne, (other[i] ?? 0) - meanOther];
    product += a * b;
    squareOne += a * a;
    squareOther += b * b;
  }
  return squareOne > 0 && squareOther > 0 ? product / Math.sqrt(squareOne * squareOther) : 0;
}

/**
 * A convolution's filters beside its features, where each feature is one filter's pooled output and the filter nearly covers
 * the image: for each the filter [h, w] and where it correlates best with the feature's gradient image.
 */
export function comparedWithFilters(
  filters: Tensor<'float32'>,
  gradients: readonly Tensor<'float32'>[],
  features: readonly number[],
): FilterMatch[] {
  const [, , height = 0, width = 0] = filters.dims;
  return gradients.map((gradient, i) => {
    const feature = features[i] ?? i;
    const filter = rows(filters, feature, feature + 1).data;
    const [, , imageHeight = 0, imageWidth = 0] = gradient.dims;
    let best = -1;
    for (let top = 0; top + height <= imageHeight; top++) {
      for (let left = 0; left + width <= imageWidth; left++) {
        const cut = new Float32Array(height * width);
        for (let y = 0; y < height; y++) {
          const start = (top + y) * imageWidth + left;
          cut.set(gradient.data.subarray(start, start + width), y * width);
        }
        best = Math.max(best, correlation(cut, filter));
      }
    }
    return { filter: float32([height, width], filter), correlation: best };
  });
}

interface FilterMatch {
  readonly filter: Tensor<'float32'>;
  /** With the feature's image, at the position where they agree best. */
  readonly correlation: number;
}
