import type { Words } from '../language/words.ts';
import { probabilitySource } from '../model/classifier.ts';
import { pixelWords } from '../report/page/provenanceView.ts';
import type { ExplainedImages } from './explained.ts';
import type { TriedPreprocessing } from './preprocessingTrial.ts';

/** Other ways from pixels to model input that are named, of the classes that they decide for. */
const mostNamed = 3;

/** What was assumed of a model or its input because nobody said it, in sentences. */
export interface Assumptions {
  /** What the decision hangs on: to be read first. */
  readonly decisive: readonly string[];
  readonly others: readonly string[];
}

export function assumptions(found: ExplainedImages, words: Words): Assumptions {
  const { text, isDecisive } = preprocessing(found, words);
  return {
    decisive: isDecisive ? text : [],
    others: [...(isDecisive ? [] : text), ...logits(found, words), ...classNames(found, words)],
  };
}

/** How pixels become input: where nobody says it, all of a report may be wrong. */
function preprocessing({ assumed, classifier, images }: ExplainedImages, words: Words) {
  const { assumptions: text, page } = words;
  const { input } = classifier;
  const trials = images.flatMap(({ preprocessing: trial }) => trial ?? []);
  const [first] = trials;
  if (!first) {
    // Who says the scale or the mean means the rest to be as it is.
    const isOrderOpen = assumed.includes('order') && images.some(({ image }) => image.isOfPixels);
    return { text: isOrderOpen ? [text.order(input.order)] : [], isDecisive: false };
  }
  const decisive = trials.filter(({ isDecisive }) => isDecisive);
  const shown = decisive[0] ?? first;
  const [used, ...others] = shown.tried;
  const way = used?.isUsed ? text.wayName(used.name, used.order) : pixelWords(input, words);
  const otherwise = others.filter(
    ({ decides }, i) => decides !== used?.decides && others.findIndex((one) => one.decides === decides) === i,
  );
  const named = otherwise
    .slice(0, mostNamed)
    .map(({ name, order, ...tried }) => text.way(saidOf(tried, words), text.wayName(name, order)));
  const result =
    decisive.length === 0 ? text.allTheSame(shown.tried.length) : text.depends(decisive.length, trials.length, named);
  return { text: [[text.preprocessing(way), result].join(page.space)], isDecisive: decisive.length > 0 };
}

type Tried = Pick<TriedPreprocessing, 'label' | 'probability' | 'probabilityIfLogits' | 'score'>;

function saidOf({ label, probability, probabilityIfLogits, score }: Tried, words: Words): string {
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
