import type { Words } from '../../language/words.ts';
import { pictureAlternative } from '../explanation/sentences.ts';
import type { ExplainedImage } from '../explanation/view.ts';
import type { Html } from '../page/html.ts';
import { featureList } from './featureBars.ts';
import { photo } from './photo.ts';
import { pictureElement } from './picture.ts';
import { signalElement } from './signalDrawing.ts';

/** What the model saw: the picture, the signal, or the features of a table's row. */
export function seenElement(image: ExplainedImage, words: Words): Html {
  const alternative = pictureAlternative(image, words);
  if (!image.numbers) return pictureElement(image.picture, alternative);
  return image.numbers.kind === 'signal'
    ? signalElement(image.numbers.channels, alternative, words)
    : featureList(image.numbers.features, alternative, words);
}

/** The same beside a line of a table; nothing of a row of a table, whose name has to do. */
export function seenThumbnail(image: ExplainedImage, words: Words): Html | undefined {
  if (!image.numbers) return photo(image, { alternative: pictureAlternative(image, words) });
  if (image.numbers.kind === 'table') return undefined;
  return signalElement(image.numbers.channels.slice(0, 3), pictureAlternative(image, words), words);
}
