import { isKonkyoError } from '../konkyoError.ts';
import { type Classifier, className, givesProbabilities, probabilityIfLogits } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import { baselineImage } from '../model/pixels.ts';
import { surenessOf, type Target } from '../model/target.ts';

/** What the model makes of an image of which everything is gone: what all that is blanked goes towards. */
export interface EmptyImage {
  /** The pixel value that it shows everywhere; of signals and tables, the number of model input. */
  readonly baseline: number;
  readonly decides: number;
  readonly label: string;
  readonly score: number;
  /** Absent where the model is not known to give probabilities; then, where its scores may be logits, the next. */
  readonly probability?: number;
  readonly probabilityIfLogits?: number;
  /** What is explained, of the empty image. */
  readonly target: {
    readonly score: number;
    /** 0 to 1; absent where the model is not known to give probabilities. */
    readonly sureness?: number;
  };
}

/** The model's prediction for an empty image; undefined where it gives no number for it. */
export async function predictEmpty(classifier: Classifier, baseline: number): Promise<Prediction | undefined> {
  try {
    const [prediction] = await classifier.predict(baselineImage(baseline, classifier.input));
    return prediction;
  } catch (error) {
    if (isKonkyoError(error, 'run')) return undefined;
    throw error;
  }
}

export function emptyImage(
  classifier: Classifier,
  baseline: number,
  prediction: Prediction,
  target: Target,
): EmptyImage {
  const { chosen, scores } = prediction;
  const scoreOf = (index: number) => scores[index] ?? Number.NaN;
  const isLikely = givesProbabilities(classifier);
  return {
    baseline,
    decides: chosen,
    label: className(classifier, chosen),
    score: scoreOf(chosen),
    probability: isLikely ? prediction.probabilities[chosen] : undefined,
    probabilityIfLogits: probabilityIfLogits(classifier, prediction, chosen),
    target: {
      score: typeof target === 'number' ? scoreOf(target) : scoreOf(target.for) - scoreOf(target.against),
      sureness: isLikely ? surenessOf(prediction, target) : undefined,
    },
  };
}
