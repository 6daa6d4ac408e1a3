import { type Dataset, splitEvery } from '../../datasets/dataset.ts';
import { type Classifier, className } from '../../model/classifier.ts';
import { stopIfAborted, stoppable } from '../../progress.ts';
import { renderPage } from '../../report/page/page.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import type { Study, StudyOptions } from '../study.ts';
import { type FoundRules, findRules } from './findRules.ts';
import type { RuleFigures } from './judgeRules.ts';
import { featureViews, rulesNotes, rulesView } from './page/rulesView.ts';
import type { FeatureView } from './page/view.ts';
import { type FeaturePicture, writeRuleFile } from './ruleFile.ts';
import { termText } from './term.ts';

/** Over which features rules are sought. */
export interface RulesOptions extends StudyOptions {
  /** The layer whose values are the features; by default what the first dense layer reads. */
  readonly features?: string;
}

/** What `konkyo rules --json` prints. */
export type RulesSummary = ReturnType<typeof summaryOf>;

/** Every sixth training image of a class is held out: choices are made by them. */
const validateEvery = 6;
/** What `findRules` reports on, and the pictures. */
const steps = 4;

/**
 * What `konkyo rules` does: one Boolean rule a class for the dense layers at a classifier's end.
 * @returns files `rules.json`, which says of other images which rule fired, and the page.
 * @throws as `extractRules`; InterruptedWorkError
 */
export async function studyRules(
  classifier: Classifier,
  { train, test }: Dataset,
  options: RulesOptions,
): Promise<Study<FoundRules, RulesSummary>> {
  const { features: layer, modelName, command, signal } = options;
  const { rest, held } = splitEvery(train, validateEvery);
  const progress = stoppable(options);
  let step = 0;
  const onStep = (what: string) => progress(step++, steps, what);
  const images = { training: rest, validation: held, test };
  const found = await findRules(classifier, images, { onStep, features: layer });
  onStep('Pictures of the features');
  const { extraction, figures } = found;
  const features = await featureViews(classifier, extraction, rest);
  stopIfAborted(signal);
  const provenance = provenanceOf(classifier, { file: modelName, notes: rulesNotes(extraction), command });
  // It draws charts, and brings what draws them.
  const { rulesPage } = await import('./page/page.ts');
  const page = rulesPage(rulesView(classifier, extraction, figures, features), modelName, provenance);
  const rules = writeRuleFile({
    model: { file: modelName, sha256: classifier.sha256 },
    rules: extraction,
    labels: extraction.terms.map((_, k) => className(classifier, k)),
    figures: mainFigures(figures),
    pictures: features.map(storedPicture),
  });
  return {
    found,
    summary: summaryOf(classifier, found),
    files: [
      { name: 'rules.json', contents: rules },
      { name: 'index.html', contents: renderPage(page) },
    ],
  };
}

function storedPicture({ feature, gradient: { width, height, channels, data } }: FeatureView): FeaturePicture {
  const bytes = Array.from(data, (byte) => String.fromCharCode(byte)).join('');
  return { feature, width, height, channels, data: btoa(bytes) };
}

function mainFigures({ networkAccuracy, ruleAccuracy, fidelity, literals, images, booleanAccuracy }: RuleFigures) {
  return { images, networkAccuracy, ruleAccuracy, fidelity, literals, booleanAccuracy: booleanAccuracy ?? null };
}

function summaryOf(classifier: Classifier, { extraction, figures, seconds }: FoundRules) {
  const { terms, candidates } = extraction;
  return {
    rules: terms.map((term, k) => ({ class: className(classifier, k), rule: termText(term) })),
    ...mainFigures(figures),
    candidates,
    seconds,
  };
}
