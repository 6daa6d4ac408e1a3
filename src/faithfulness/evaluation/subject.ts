import type { Classifier } from '../../model/classifier.ts';
import { predictionOf, scoreOf } from '../../model/decision.ts';
import { baselineImage } from '../../model/pixels.ts';
import { surenessOf } from '../../model/target.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Scorer } from '../metrics/perturbed.ts';
import { byImage } from '../metrics/replacement.ts';
import type { EvaluationSubject } from './metric.ts';

/**
 * What metrics are told about images.
 * @param images [n, ...] model input.
 * @param targets a class for each image.
 */
export function evaluationSubject(
  classifier: Classifier,
  images: Tensor<'float32'>,
  targets: readonly number[],
  { masks, seed }: Pick<EvaluationSubject, 'masks' | 'seed'>,
): EvaluationSubject {
  const { input } = classifier;
  const black = baselineImage(0, input).data;
  const subjectOf = (of: Reading) => ({ images, input, scorer: scorerOf(classifier, targets, of) });
  return {
    classifier,
    input,
    targets,
    sureness: subjectOf((row, target) => surenessOf(predictionOf(row, classifier.scores), target)),
    score: subjectOf(scoreOf),
    black,
    toBlack: byImage(input, black),
    masks,
    seed,
  };
}

/** A number of one image's scores. */
type Reading = (row: Float32Array, target: number) => number;

/** NaN for an image that the model gives NaN for. */
function scorerOf(classifier: Classifier, targets: readonly number[], reading: Reading): Scorer {
  return {
    batchSize: classifier.batchSize,
    async score(images, of) {
      const { data, dims } = await classifier.scoresOf(images);
      const [, width = 1] = dims;
      return Float32Array.from(of, (image, i) => {
        const row = data.subarray(i * width, (i + 1) * width);
        return row.some(Number.isNaN) ? Number.NaN : reading(row, targets[image] ?? 0);
      });
    },
  };
}
