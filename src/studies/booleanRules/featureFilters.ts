import type { Classifier } from '../../model/classifier.ts';
import { nodesOnTheWay } from '../../model/layer.ts';
import { inputOf, nodesView } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { float32, isTensorOf, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import type { DenseHead } from './denseHead.ts';

const passing = ['Relu', 'Sigmoid', 'HardSigmoid', 'Tanh'];

/**
 * The filters that features come from, [features, 1, h, w], where each feature is the pooled output of one filter over the grey
 * image itself; undefined for other networks, in which no filter is to be compared with pixels.
 */
export function filtersOf(classifier: Classifier, head: DenseHead): Tensor<'float32'> | undefined {
  const { maker } = nodesView(nodesOnTheWay(classifier));
  const { graph } = classifier.model;
  let node = maker(head.features);
  while (node && (passing.includes(node.op) || is(node, 'reshape', 'max pooling', 'mean pooling'))) {
    node = maker(inputOf(node, 0));
  }
  if (node?.op !== 'Conv' || inputOf(node, 0) !== classifier.inputName) return undefined;
  const weight = graph.initializers.get(inputOf(node, 1));
  if (!weight || !isTensorOf(weight, 'float32')) return undefined;
  const [count, channels] = weight.dims;
  return count === head.featureCount && channels === 1 && sizeOf(weight.dims) > 0 ? weight : undefined;
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
