import { firedQuestion } from '../../studies/booleanRules/page/firedQuestion.ts';
import { decidingQuestion } from '../../studies/filterPaths/page/decidingQuestion.ts';
import { freedomQuestion } from '../../studies/noncontributing/page/freedomQuestion.ts';
import type { ImageQuestion } from '../page/question.ts';
import { beliefQuestion } from './belief.ts';
import { decisionQuestion } from './decision.ts';
import { mapsQuestion } from './maps.ts';
import type { ExplainedImage } from './view.ts';

/** In the order of the page. A new part of the report is one more entry. */
const imageQuestions: readonly ImageQuestion[] = [
  decisionQuestion,
  mapsQuestion,
  freedomQuestion,
  decidingQuestion,
  firedQuestion,
  beliefQuestion,
];

export interface NumberedQuestion {
  readonly number: number;
  readonly question: ImageQuestion;
}

/** The questions answered for at least one image: the same question keeps its number in every image's part. */
export function numberedQuestions(images: readonly ExplainedImage[]): readonly NumberedQuestion[] {
  return imageQuestions
    .filter((question) => images.some(question.isAnswered))
    .map((question, position) => ({ number: position + 1, question }));
}
