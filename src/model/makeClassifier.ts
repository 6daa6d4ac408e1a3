import { ArgumentError } from '../argumentError.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import { type Program, program } from '../runtime/program.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import { type Classifier, checkImages } from './classifier.ts';
import { predictionOf } from './decision.ts';

/** Everything in a classifier but the methods that run it. */
type ClassifierParts = Omit<Classifier, 'scoresOf' | 'predict' | 'release'>;

/** A classifier from its parts: predictions by the program given, or by one that is compiled when first asked. */
export function makeClassifier(parts: ClassifierParts, proved?: Program): Classifier {
  let scoring: Promise<Program> | undefined = proved && Promise.resolve(proved);
  const { model, runtime, scores, inputName, batchSize } = parts;
  const { name, width } = scores;
  async function scoresOf(images: Tensor<'float32'>): Promise<Tensor<'float32'>> {
    checkImages(parts, images);
    scoring ??= program(runtime, model, { outputs: [name], batchSize });
    const found = await (await scoring).runRows({ [inputName]: images }, { wanted: [name] });
    return float32([images.dims[0] ?? 0, width], floatOutputOf(found, name).data);
  }
  return {
    ...parts,
    scoresOf,
    async predict(images) {
      const { data, dims } = await scoresOf(images);
      const scoresAt = (i: number) => data.subarray(i * width, (i + 1) * width);
      return Array.from({ length: dims[0] ?? 0 }, (_, i) => predictionOf(scoresAt(i), scores));
    },
    async release() {
      const opened = scoring;
      scoring = undefined;
      await (await opened)?.release();
    },
  };
}

/**
 * The same classifier with some parts changed, which predicts with them: a copy (`{ ...classifier, model }`) would go on
 * predicting with the old ones. It has a program of its own, to be released; the classifier it comes from stays as it is.
 */
export function derive(classifier: Classifier, changes: Partial<ClassifierParts>): Classifier {
  return makeClassifier({ ...classifier, ...changes });
}

/**
 * The same classifier, of which this many images (or steps, or samples) go through at a time: fewer need less memory, more may be
 * faster. Release it after use; the classifier it comes from stays as it is.
 * @throws ArgumentError for a size below 1, or for more than 1 where the model takes one image at a time.
 */
export function withBatchSize(classifier: Classifier, batchSize: number): Classifier {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError(`The batch size is ${batchSize}, but must be a whole number of 1 or more.`);
  }
  if (batchSize > 1 && !classifier.preparation.batched) {
    throw new ArgumentError(
      `The batch size is ${batchSize}, but the model takes one image at a time: its batch dimension could not be freed.`,
    );
  }
  return derive(classifier, { batchSize });
}
