import { indicesOfClass, type LabelledImages, selectImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import { targetWeights } from '../../model/target.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import { FiltersError } from './errors.ts';

/** Images of one class as model input. */
export interface ClassSet {
  readonly label: number;
  readonly name: string;
  /** [n, ...] */
  readonly images: Tensor<'float32'>;
  readonly count: number;
}

/**
 * The first images of each class; a class that has fewer gives those it has, and one without any is left out.
 * @throws FiltersError where no class has an image; TrainingDataError for images or labels that do not fit the model
 */
export function classSets(classifier: Classifier, set: LabelledImages, perClass: number): ClassSet[] {
  if (set.classNames.length > classifier.classCount) {
    throw new FiltersError(
      `${set.name} has ${set.classNames.length} classes, but the model has ${classifier.classCount}: give the data set that the model was made for.`,
    );
  }
  const found = set.classNames.flatMap((name, label): ClassSet[] => {
    const indices = indicesOfClass(set, label, perClass);
    if (indices.length === 0) return [];
    const { images, count } = trainingImages(selectImages(set, indices), classifier.input, classifier.classCount);
    return [{ label, name, images, count }];
  });
  if (found.length === 0) throw new FiltersError(`${set.name} has no images. Give a data set with some.`);
  return found;
}

/** The weights [n, K] of each image's own class. */
export function ownClass(
  { count, label }: ClassSet,
  { scores: { width } }: Pick<Classifier, 'scores'>,
): Tensor<'float32'> {
  return float32([count, width], targetWeights(new Array<number>(count).fill(label), width));
}

/** What has to be said of a class without images, or with fewer than asked for. */
export function shortages(set: LabelledImages, sets: readonly ClassSet[], perClass: number, purpose: string): string[] {
  const missing = set.classNames.filter((_, label) => !sets.some((one) => one.label === label));
  const short = sets.filter(({ count }) => count < perClass);
  const few = short.map(({ name, count }) => `${name} (${count})`).join(', ');
  return [
    ...(missing.length === 0 ? [] : [`No images ${purpose} of ${missing.join(', ')}: nothing is said of it.`]),
    ...(short.length === 0 ? [] : [`Fewer than ${perClass} images ${purpose} of ${few}: those there are were used.`]),
  ];
}
