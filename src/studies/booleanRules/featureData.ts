import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import { decisionsOf } from '../../model/decision.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import type { DenseHead } from './denseHead.ts';
import { RuleDataError } from './errors.ts';
import { type FeatureScale, scaledColumn } from './featureScale.ts';
import type { FeatureTable } from './featureTable.ts';

/** Labelled images as the end of a network sees them. */
export interface SeenImages {
  readonly count: number;
  readonly labels: Int32Array;
  /** The features as the network computes them, one column each. */
  readonly columns: readonly Float32Array[];
  /** The class the network gives each image. */
  readonly decisions: Int32Array;
}

/** Images that are model input at the same time: what is in memory beside the bytes. */
const portion = 2_000;

/** Runs images through the network. @throws RuleDataError, TrainingDataError */
export async function seenImages(
  classifier: Classifier,
  { features, featureCount }: DenseHead,
  set: LabelledImages,
): Promise<SeenImages> {
  checkClasses(classifier, set);
  const { model, runtime, scores, inputName, batchSize, classCount } = classifier;
  const outputs = [...new Set([features, scores.name])];
  const columns = Array.from({ length: featureCount }, () => new Float32Array(set.count));
  const decisions = new Int32Array(set.count);
  await scoped(async (keep) => {
    const seeing = await keep(program(runtime, model, { outputs, batchSize }));
    const size = set.height * set.width * set.channels;
    for (let from = 0; from < set.count; from += portion) {
      const to = Math.min(set.count, from + portion);
      const part = {
        ...set,
        images: set.images.subarray(from * size, to * size),
        labels: set.labels.subarray(from, to),
        count: to - from,
      };
      const { images } = trainingImages(part, classifier.input, classCount);
      const values = await seeing.runRows({ [inputName]: images });
      scatter(floatOutputOf(values, features).data, columns, from);
      decisions.set(
        decisionsOf(floatOutputOf(values, scores.name), scores).map(({ chosen }) => chosen),
        from,
      );
    }
  });
  return { count: set.count, labels: set.labels, columns, decisions };
}

/** Copies rows of features, [n, features], into one column a feature, starting at a row of the columns. */
function scatter(rows: Float32Array, columns: readonly Float32Array[], from: number): void {
  const width = columns.length;
  columns.forEach((column, i) => {
    for (let row = 0; row * width < rows.length; row++) column[from + row] = rows[row * width + i] ?? 0;
  });
}

/** The features brought to [0, 1]. */
export function featureTable({ count, labels, columns }: SeenImages, scales: readonly FeatureScale[]): FeatureTable {
  return { count, labels, columns: columns.map((column, i) => scaledColumn(column, scales[i])) };
}

function checkClasses({ classCount }: Classifier, { name, labels, classNames, count }: LabelledImages): void {
  if (count === 0) throw new RuleDataError(`${name} has no images. Rules are chosen and judged by images.`);
  if (classNames.length !== classCount) {
    throw new RuleDataError(
      `${name} has ${classNames.length} classes, but the model has ${classCount}. Use the data set the model was made for, with its classes in the model's order.`,
    );
  }
  if (new Set(labels).size < 2) {
    throw new RuleDataError(
      `All images of ${name} are of one class: nothing tells classes apart there. Use images of at least two classes.`,
    );
  }
}
