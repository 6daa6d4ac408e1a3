import { thumbnail } from '../../pictures/thumbnail.ts';
import type { ExplainedImage } from '../explanation/view.ts';
import { pictureAlternative } from '../explanation/words.ts';
import type { Html } from '../page/html.ts';
import { featureList } from './featureBars.ts';
import { pictureElement } from './picture.ts';
import { signalElement } from './signalDrawing.ts';

/** What the model saw: the picture, the signal, or the features of a table's row. */
export function seenElement(image: ExplainedImage): Html {
  const alternative = pictureAlternative(image);
  if (!image.numbers) return pictureElement(image.picture, alternative);
  return image.numbers.kind === 'signal'
    ? signalElement(image.numbers.channels, alternative)
    : featureList(image.numbers.features, alternative);
}

/** The same beside a line of a table; nothing of a row of a table, whose name has to do. */
export function seenThumbnail(image: ExplainedImage): Html | undefined {
  if (!image.numbers) return pictureElement(thumbnail(image.picture), pictureAlternative(image));
  if (image.numbers.kind === 'table') return undefined;
  return signalElement(image.numbers.channels.slice(0, 3), pictureAlternative(image));
}
