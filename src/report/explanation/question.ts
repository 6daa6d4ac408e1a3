import type { Words } from '../../language/words.ts';
import type { HeadingLevel, Html } from '../page/html.ts';
import type { ExplainedImage } from './view.ts';

/**
 * One of the questions the report answers about an image, folded away below its first screen. A question without an answer for the
 * image at hand is left out. Who asks more than the report knows of gives its images more to answer from.
 */
export interface ImageQuestion<Image extends ExplainedImage = ExplainedImage> {
  readonly id: string;
  readonly question: (words: Words) => string;
  /** What is to be found there, in a few words. */
  readonly gist: (words: Words, image: Image) => string;
  readonly isAnswered: (image: Image) => boolean;
  /** What comes below the question's heading; headings inside it start at `level`. */
  readonly answer: (image: Image, level: HeadingLevel, words: Words) => Html;
}
