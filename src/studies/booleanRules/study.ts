import { type Dataset, splitEvery } from '../../datasets/dataset.ts';
import { type Classifier, className } from '../../model/classifier.ts';
import { stopIfAborted, stoppable } from '../../progress.ts';
import { renderPage } from '../../report/page/page.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import type { Study, StudyOptions } from '../study.ts';
import type { CandidateSet, Extraction } from './extractRules.ts';
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
  /** Literals in a rule at most. */
  readonly maxLiterals?: number;
  /** Which set of candidates the rules come from. */
  readonly from?: CandidateSet;
  /** The summary is to hold each class's Boolean function in full. */
  readonly dnf?: boolean;
}

/** What `konkyo rules --json` prints. */
export type RulesSummary = ReturnType<typeof summaryOf> & {
  /** Where asked for: each class's prime implicants, shortest first; null where they are not to be listed. */
  readonly dnf?: readonly PrintedDnf[] | null;
};

interface PrintedDnf {
  readonly class: string;
  readonly terms: readonly string[];
  /** Whether these are all. */
  readonly complete: boolean;
}

/** Every sixth training image of a class is held out: choices are made by them. */
const validateEvery = 6;
/** What `findRules` reports on, and the pictures. */
const steps = 5;

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
  const { features: layer, maxLiterals, from, dnf = false, modelName, command, signal } = options;
  const { rest, held } = splitEvery(train, validateEvery);
  const progress = stoppable(options);
  let step = 0;
  const onStep = (what: string) => progress(step++, steps, what);
  const images = { training: rest, validation: held, test };
  const found = await findRules(classifier, images, { onStep, features: layer, maxLiterals, from });
  onStep('Pictures of the features');
  const { extraction, figures } = found;
  const features = await featureViews(classifier, extraction, rest);
  stopIfAborted(signal);
  const provenance = provenanceOf(classifier, { file: modelName, notes: rulesNotes(extraction), command });
  // It draws charts, and brings what draws them.
  const { rulesPage } = await import('./page/page.ts');
  const view = await rulesView(classifier, extraction, figures, features, rest);
  const page = rulesPage(view, modelName, provenance);
  const rules = writeRuleFile({
    model: { file: modelName, sha256: classifier.sha256 },
    rules: extraction,
    labels: extraction.terms.map((_, k) => className(classifier, k)),
    figures: mainFigures(figures),
    pictures: features.map(storedPicture),
  });
  return {
    found,
    summary: { ...summaryOf(classifier, found), dnf: dnf ? dnfsOf(classifier, extraction) : undefined },
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

function mainFigures(figures: RuleFigures) {
  const { networkAccuracy, ruleAccuracy, fidelity, literals, images, booleanAccuracy, holding } = figures;
  return {
    images,
    networkAccuracy,
    ruleAccuracy,
    fidelity,
    literals,
    booleanAccuracy: booleanAccuracy ?? null,
    ...holding,
  };
}

function summaryOf(classifier: Classifier, { extraction, figures, seconds }: FoundRules) {
  const { terms, candidates, from: used } = extraction;
  return {
    rules: terms.map((term, k) => ({ class: className(classifier, k), rule: termText(term) })),
    ...mainFigures(figures),
    candidates,
    from: used,
    sets: figures.sets.map(({ from, terms: chosen, holding, ruleAccuracy, fidelity, literals }) => ({
      from,
      rules: chosen.map(termText),
      literals,
      ruleAccuracy,
      fidelity,
      ...holding,
    })),
    seconds,
  };
}

function dnfsOf(classifier: Classifier, { dnfs }: Extraction): readonly PrintedDnf[] | null {
  if (!dnfs) return null;
  return dnfs.map(({ terms, complete }, k) => ({
    class: className(classifier, k),
    terms: terms.map(termText),
    complete,
  }));
}
