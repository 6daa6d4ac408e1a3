import {
  type ExplainedImages,
  explainedOf,
  type FoundImage,
  hiddenView,
  type Language,
  targetWords,
  wordsIn,
} from 'konkyo';
import { mapsOf } from './mapFacts.ts';
import type { Found, HiddenFacts, SubjectFacts } from './protocol.ts';

/** What was found so far, in words of a language. */
export function foundFacts(
  found: ExplainedImages,
  { step, language, command }: Pick<Found, 'step' | 'command'> & { readonly language: Language },
): Found {
  return {
    step,
    subjects: found.images.map((one): SubjectFacts => {
      const { explanation, image } = one;
      return {
        name: image.name,
        says: targetWords(explainedOf(found, one), explanation.target),
        maps: mapsOf(found, one, language),
        hidden: hiddenFacts(one, language),
      };
    }),
    leftOut: (found.leftOut ?? []).map(({ method, reason }) =>
      method === undefined ? reason : `${method}: ${reason}`,
    ),
    ...{ notes: found.notes, command },
  };
}

function hiddenFacts({ hidden, classifier }: FoundImage, language: Language): HiddenFacts | undefined {
  if (!hidden) return undefined;
  const { firstScreen: text } = wordsIn(language);
  const view = hiddenView(classifier, hidden, 0, wordsIn(language));
  const { mask, share, changes, mostHidden, without, alone, empty, elsewhere, blank } = view;
  const says = ({ label, measure }: typeof without) => text.says(label, measure);
  return {
    ...{ mask, share, changes },
    sentences: [
      text.hidden(share, says(without), changes ? undefined : mostHidden, true),
      ...(elsewhere.tried > 0 ? [text.elsewhere(elsewhere.tried, elsewhere.changed)] : []),
      text.alone(says(alone)),
      text.empty(says(empty), blank, true),
    ],
  };
}
