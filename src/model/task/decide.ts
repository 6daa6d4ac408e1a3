import { sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { type Classifier, className } from '../classifier.ts';
import type { Prediction } from '../decision.ts';
import type { LabelsDecision, NumberDecision, SegmentationDecision } from './decision.ts';
import { type PixelClasses, pixelClassName } from './pixelClasses.ts';

/** Which labels an image has: those whose probability is above the threshold. */
export function decideLabels(
  classifier: Pick<Classifier, 'input'>,
  { probabilities }: Prediction,
  threshold: number,
): LabelsDecision {
  const labels = probabilities.map((probability, index) => ({
    index,
    label: className(classifier, index),
    probability,
    isPresent: probability > threshold,
  }));
  return {
    kind: 'labels',
    threshold,
    labels: labels.sort((a, b) => b.probability - a.probability || a.index - b.index),
  };
}

/** @param words what the value is called. */
export function decideValue({ scores }: Classifier, { value = Number.NaN }: Prediction, words: string): NumberDecision {
  return { kind: 'value', words, value, tolerance: scores.tolerance ?? 0 };
}

/**
 * The class with the largest score at each position, of equal ones the first; a single score decides for the foreground above a logit of
 * 0, or a probability of a half.
 * @param output one image's, [1, ...], as the model gives it.
 */
export function decidePixels(
  layout: PixelClasses,
  { data, dims }: Tensor<'float32'>,
  names: readonly string[] | undefined,
): SegmentationDecision {
  const { height, columns, width, classAxis, before } = layout;
  const places = height * columns;
  const [step, stride] = classAxis === 1 ? [1, places] : [sizeOf(dims.slice(3)), 1];
  const cut = before === 'Sigmoid' ? 0.5 : 0;
  const classAt = Uint16Array.from({ length: places }, (_, place) => {
    if (width === 1) return Number((data[place] ?? 0) > cut);
    let best = 0;
    const scoreAt = (k: number) => data[place * step + k * stride] ?? Number.NaN;
    for (let k = 1; k < width; k++) if (scoreAt(k) > scoreAt(best)) best = k;
    return best;
  });
  const counts = new Map<number, number>();
  for (const index of classAt) counts.set(index, (counts.get(index) ?? 0) + 1);
  const classes = [...counts].map(([index, count]) => ({
    index,
    label: pixelClassName(index, layout, names),
    share: count / places,
  }));
  return {
    kind: 'segmentation',
    height,
    width: columns,
    classAt,
    classes: classes.sort((a, b) => b.share - a.share || a.index - b.index),
  };
}
