import type { Words } from '../language/words.ts';
import { probabilitySource } from '../model/classifier.ts';
import { pixelWords } from '../report/page/provenanceView.ts';
import type { ExplainedImages } from './explained.ts';
import type { TriedPreprocessing } from './preprocessingTrial.ts';

/** Other ways from pixels to model input that are named, of the classes that they decide for. */
const mostNamed = 3;

/** What was assumed of a model or its input because nobody said it, in sentences. */
export function assumptions(found: ExplainedImages, words: Words): readonly string[] {
  return [...preprocessing(found, words), ...logits(found, words), ...classNames(found, words)];
}

/** How pixels become input: where nobody says it, all of a report may be wrong. */
function preprocessing({ assumed, classifier, images }: ExplainedImages, words: Words): string[] {
  const { assumptions: text } = words;
  const trials = images.flatMap(({ preprocessing: trial }) => trial ?? []);
  const [first] = trials;
  if (!first) {
    // Who says the scale or the mean means the rest to be as it is.
    const isOrderOpen = assumed.includes('order') && images.some(({ image }) => image.isOfPixels);
    return isOrderOpen ? [text.order(classifier.input.order)] : [];
  }
  const decisive = trials.filter(({ isDecisive }) => isDecisive);
  const shown = decisive[0] ?? first;
  const [used, ...others] = shown.tried;
  const otherwise = others.filter(
    ({ decides }, i) => decides !== used?.decides && others.findIndex((one) => one.decides === decides) === i,
  );
  const named = otherwise.slice(0, mostNamed).map((way) => text.way(saidOf(way, words), way.name, way.order));
  return [
    [
      text.preprocessing(
        pixelWords(classifier.input, words),
        classifier.input.channels > 1 ? classifier.input.order : undefined,
      ),
      decisive.length === 0 ? text.allTheSame(shown.tried.length) : text.depends(decisive.length, trials.length, named),
    ].join(words.page.space),
  ];
}

function saidOf({ label, probability, probabilityIfLogits, score }: TriedPreprocessing, words: Words): string {
  const sureness = probability ?? probabilityIfLogits;
  return words.firstScreen.says(
    label,
    sureness === undefined ? words.decision.shortScore(score) : words.numbers.percent(sureness),
  );
}

function logits({ classifier }: ExplainedImages, { assumptions: text }: Words): string[] {
  return probabilitySource(classifier) === 'assumed' && classifier.scores.tolerance === undefined ? [text.logits] : [];
}

function classNames({ classifier }: ExplainedImages, { assumptions: text }: Words): string[] {
  const { input, scores } = classifier;
  return input.classes === undefined && scores.tolerance === undefined ? [text.classNames] : [];
}
