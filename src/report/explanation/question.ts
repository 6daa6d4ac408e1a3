import type { HeadingLevel, Html } from '../page/html.ts';
import type { ExplainedImage } from './view.ts';

/**
 * One of the questions the report answers about an image. A question without an answer for the image at hand is left out,
 * and the rest are numbered through. Who asks more than the report knows of gives its images more to answer from.
 */
export interface ImageQuestion<Image extends ExplainedImage = ExplainedImage> {
  readonly id: string;
  readonly question: string;
  readonly isAnswered: (image: Image) => boolean;
  /** What comes below the question's heading; headings inside it start at `level`. */
  readonly answer: (image: Image, level: HeadingLevel) => Html;
}

export interface NumberedQuestion<Image extends ExplainedImage> {
  readonly number: number;
  readonly question: ImageQuestion<Image>;
}

/** The questions answered for at least one image: the same question keeps its number in every image's part. */
export function numberedQuestions<Image extends ExplainedImage>(
  questions: readonly ImageQuestion<Image>[],
  images: readonly Image[],
): readonly NumberedQuestion<Image>[] {
  return questions
    .filter((question) => images.some(question.isAnswered))
    .map((question, position) => ({ number: position + 1, question }));
}
