import { isEvidence } from '../attribution/method.ts';
import type { CheckedExplanation } from '../faithfulness/checks.ts';
import { distinct, ranked } from '../faithfulness/ranking.ts';
import type { Language } from '../language/language.ts';
import { type Words, wordsIn } from '../language/words.ts';
import { beliefQuestion } from '../report/explanation/belief.ts';
import { decisionQuestion } from '../report/explanation/decision.ts';
import { explainedImage } from '../report/explanation/explainedView.ts';
import { mapsQuestion } from '../report/explanation/maps.ts';
import type { ImageQuestion } from '../report/explanation/question.ts';
import { type PageLinks, renderExplanation } from '../report/explanation/renderExplanation.ts';
import { reportPictures } from '../report/explanation/reportPictures.ts';
import type { ReportView } from '../report/explanation/view.ts';
import type { ReportFile } from '../report/page/page.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import { type FiredImage, firedQuestion } from '../studies/booleanRules/page/firedQuestion.ts';
import { type DecidedImage, decidingQuestion } from '../studies/filterPaths/page/decidingQuestion.ts';
import { type FreeImage, freedomQuestion } from '../studies/noncontributing/page/freedomQuestion.ts';
import { freedomView } from '../studies/noncontributing/page/freedomView.ts';
import { assumptions } from './assumptions.ts';
import type { ExplainedImages } from './explained.ts';
import { explainedOf } from './explainSummary.ts';

/** An image of the report with what the studies lend it. */
type StudiedImage = FreeImage & DecidedImage & FiredImage;

/** In the order of the page. A study that has something to say of single images adds its question here. */
const questions: readonly ImageQuestion<StudiedImage>[] = [
  decisionQuestion,
  mapsQuestion,
  freedomQuestion,
  decidingQuestion,
  firedQuestion,
  beliefQuestion,
];

/** What a report calls itself and its model. */
export interface ReportNames {
  /** What the model is called: its file's name. */
  readonly modelName: string;
  /** Names the page. Default: the model's name. */
  readonly title?: string;
  /** The command line that repeats the report, where there is one. */
  readonly command?: string;
  /** The language of the page; English by default. */
  readonly language?: Language;
  /** When it was made, where the page is to say so: without it the same seed gives the same bytes. */
  readonly generatedAt?: string;
  /** Who answers for it. */
  readonly author?: string;
}

/** What the page shows, as plain data. */
export function reportView(found: ExplainedImages, names: ReportNames): ReportView<StudiedImage> {
  const { explained, images, methods, notes, missing } = found;
  const { modelName, title = modelName, command, language = 'en', generatedAt, author } = names;
  const words = wordsIn(language);
  const assumed = assumptions(found, words);
  return {
    ...{ title, language },
    cautions: [...assumed.decisive, ...found.classifier.cautions],
    notice: missing.length > 0 ? interruptedWords(missing, words) : undefined,
    assumed: [...assumed.others, ...blankWords(found, words)],
    explained: images.map((one, i) => {
      const { image, classifier, about, explanation, deciding, patches, hidden, fired } = one;
      return {
        ...explainedImage(classifier, image, explanation, i, {
          ...{ of: explainedOf(found, one), maps: shownMaps(explanation), patches, hidden, hash: one.hash, words },
          ...about,
        }),
        freedom: freedomView(classifier, explanation.maps),
        deciding,
        fired,
      };
    }),
    provenance: provenanceOf(explained, {
      file: modelName,
      ...{ methods, notes, command, generatedAt, author, language },
    }),
  };
}

/** What "gone" is in this explanation. */
function blankWords({ images, classifier }: ExplainedImages, { firstScreen }: Words): string[] {
  const [baseline] = images.flatMap(({ empty }) => empty?.baseline ?? []);
  if (baseline === undefined) return [];
  return [firstScreen.blanked(firstScreen.blank(baseline, classifier.input.numbers?.kind))];
}

/** The maps for a target, the best first, and what shows the same once. */
function shownMaps({ maps }: CheckedExplanation) {
  return distinct(ranked(maps.filter(({ method }) => isEvidence(method))));
}

/** The report as one HTML file: no scripts, no requests. The same view gives the same bytes. */
export function renderReport(view: ReportView<StudiedImage>, links?: PageLinks): string {
  return renderExplanation(view, questions, links);
}

/** The report's files: on request a PNG for each map, in `pictures/`, then the page, `index.html`. */
export function reportFiles(
  view: ReportView<StudiedImage>,
  { pictures = false }: { readonly pictures?: boolean } = {},
): readonly ReportFile[] {
  return [...(pictures ? pictureFiles(view) : []), { name: 'index.html', contents: renderReport(view) }];
}

export function pictureFiles(view: ReportView): readonly ReportFile[] {
  return reportPictures(view).map(({ name, png }) => ({ name: `pictures/${name}`, contents: png }));
}
