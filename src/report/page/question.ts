import type { ExplainedImage } from '../explanation/view.ts';
import type { HeadingLevel, Html } from './html.ts';

/**
 * One of the questions the report answers about an image. A question without an answer for the image at hand is left out,
 * and the rest are numbered through.
 */
export interface ImageQuestion {
  readonly id: string;
  readonly question: string;
  readonly isAnswered: (image: ExplainedImage) => boolean;
  /** What comes below the question's heading; headings inside it start at `level`. */
  readonly answer: (image: ExplainedImage, level: HeadingLevel) => Html;
}
