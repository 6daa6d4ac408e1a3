import type { CheckedMap } from '../../faithfulness/checks.ts';
import type { HiddenRegion } from '../../faithfulness/hiddenRegion.ts';
import type { Words } from '../../language/words.ts';
import { type Classifier, className, givesProbabilities, probabilityIfLogits } from '../../model/classifier.ts';
import type { Prediction } from '../../model/decision.ts';
import { nearly } from './sentences.ts';
import type { HiddenView, Said } from './view.ts';

/** A part of an image that was hidden, and the map that it is of. */
export interface ImageHiding {
  readonly map: CheckedMap;
  readonly region: HiddenRegion;
  /** What is seen in its place: a pixel value, or model input of what is no image. */
  readonly blank: number;
}

/** What becomes of a decision without a part of the image, in words. @param map the place of the part's map in the view. */
export function hiddenView(
  classifier: Classifier,
  { region, blank }: ImageHiding,
  map: number,
  words: Words,
): HiddenView {
  const { pixels, share, changes, mostHidden, without, alone, empty, elsewhere } = region;
  const { height, width } = classifier.input;
  const mask = new Uint8Array(height * width);
  for (const pixel of pixels) mask[pixel] = 1;
  const say = (prediction: Prediction) => said(classifier, prediction, words);
  return {
    ...{ map, mask, share, changes, mostHidden, elsewhere },
    without: say(without),
    alone: say(alone),
    empty: say(empty),
    blank: words.firstScreen.blank(blank, classifier.input.numbers?.kind),
  };
}

function said(classifier: Classifier, prediction: Prediction, words: Words): Said {
  const { chosen, probabilities, scores, value } = prediction;
  const { numbers, decision } = words;
  if (value !== undefined) return { label: numbers.quantity(value), measure: '' };
  const probability = givesProbabilities(classifier)
    ? probabilities[chosen]
    : probabilityIfLogits(classifier, prediction, chosen);
  const measure =
    probability !== undefined
      ? numbers.percent(nearly(probability))
      : decision.shortScore(scores[chosen] ?? Number.NaN);
  return { label: className(classifier, chosen), measure };
}
