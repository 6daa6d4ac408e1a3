import type { Setting } from '../language/english/assumptions.ts';
import type { Words } from '../language/words.ts';
import type { Classifier } from '../model/classifier.ts';
import { pixelWords } from '../report/page/provenanceView.ts';
import type { ExplainedImages } from './explainImages.ts';

/** How pixels become input: where nobody says it, all of a report may be wrong. */
const ofPixels: readonly Setting[] = ['order', 'scale', 'mean', 'std'];

/** What was assumed of a model or its input because nobody said it, in sentences. */
export function assumptions({ classifier }: ExplainedImages, words: Words): readonly string[] {
  return [...preprocessing(classifier, words), ...classNames(classifier, words)];
}

function preprocessing({ input, inputSources }: Classifier, words: Words): string[] {
  if (input.numbers) return [];
  const isAssumed = (name: Setting) => inputSources[name as keyof typeof inputSources] === 'default';
  // Who says the scale or the mean means the rest to be as it is.
  const isDescribed = !(isAssumed('scale') && isAssumed('mean') && isAssumed('std'));
  const assumed = ofPixels.filter((name) => isAssumed(name) && (name === 'order' ? input.channels > 1 : !isDescribed));
  return assumed.length === 0 ? [] : [words.assumptions.preprocessing(assumed, pixelWords(input, words))];
}

function classNames({ input, scores }: Classifier, { assumptions }: Words): string[] {
  return input.classes === undefined && scores.tolerance === undefined ? [assumptions.classNames] : [];
}
