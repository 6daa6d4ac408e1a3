import { type Classifier, className, givesProbabilities, type Prediction, probabilityIfLogits } from 'konkyo';
import type { DecisionFacts } from './protocol.ts';

/** What a classifier's prediction says, for the page. @param seconds that it took. */
export function decisionFacts(classifier: Classifier, prediction: Prediction, seconds: number): DecisionFacts {
  const { chosen, scores, probabilities, value } = prediction;
  const areShares = sharesOf(classifier, prediction);
  return {
    chosen,
    label: value === undefined ? className(classifier, chosen) : String(value),
    scores: Float32Array.from(scores),
    ...(areShares === 'none' ? {} : { shares: Float32Array.from(probabilities) }),
    ...{ areShares, value, seconds },
  };
}

function sharesOf(classifier: Classifier, prediction: Prediction): DecisionFacts['areShares'] {
  if (prediction.value !== undefined) return 'none';
  if (givesProbabilities(classifier)) return 'probabilities';
  return probabilityIfLogits(classifier, prediction, prediction.chosen) === undefined ? 'none' : 'if-logits';
}
