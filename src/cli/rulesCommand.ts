import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { splitEvery } from '../datasets/splitEvery.ts';
import { type Classifier, className } from '../model/classifier.ts';
import { removeEarlierPictures } from '../node/reportFolder.ts';
import { renderPage } from '../report/page/page.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import { type FoundRules, findRules } from '../studies/booleanRules/findRules.ts';
import type { RuleFigures } from '../studies/booleanRules/judgeRules.ts';
import { rulesPage } from '../studies/booleanRules/page/page.ts';
import { featureViews, rulesNotes, rulesView } from '../studies/booleanRules/page/rulesView.ts';
import type { FeatureView } from '../studies/booleanRules/page/view.ts';
import { type FeaturePicture, writeRuleFile } from '../studies/booleanRules/ruleFile.ts';
import { termText } from '../studies/booleanRules/term.ts';
import { commandLine } from './commandLine.ts';
import { stopIfInterrupted, stoppable } from './interruption.ts';
import { addModelOptions, classifierFrom, datasetFor, type ModelFlags, modelInputs } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';

interface Flags extends ModelFlags {
  readonly dataset: string;
  readonly features?: string;
  readonly out: string;
  readonly json?: boolean;
}

export function addRulesCommand(program: Command): void {
  const command = program
    .command('rules')
    .description('say in one Boolean rule a class what the dense layers at a classifier’s end decide')
    .argument('<model>', 'ONNX file of a classifier that ends in dense layers')
    .requiredOption('--dataset <name|folder|file>', 'images with classes: digits, mnist, a folder, an .npz file')
    .option('--features <name>', 'the layer whose values are the features (default: what the first dense layer reads)')
    .option('--out <folder>', 'where the page goes, and rules.json for "konkyo explain --rules"', 'report')
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

/** Every sixth training image of a class is held out: choices are made by them. */
const validateEvery = 6;
/** What `findRules` reports on, and the pictures. */
const steps = 4;

async function run(modelPath: string, flags: Flags): Promise<void> {
  const progress = stoppable(progressTo());
  const rulesFile = join(flags.out, 'rules.json');
  await prepareTargets(
    [
      { kind: 'report', path: flags.out },
      { kind: 'rules', path: rulesFile },
    ],
    { inputs: [...modelInputs(modelPath, flags), flags.dataset], force: flags.force },
  );
  const classifier = await classifierFrom(modelPath, flags);
  try {
    const { train, test } = await datasetFor(classifier, flags.dataset, flags, progress);
    const { rest, held } = splitEvery(train, validateEvery);
    let step = 0;
    const onStep = (what: string) => progress.update(step++, steps, what);
    const found = await findRules(
      classifier,
      { training: rest, validation: held, test },
      { onStep, features: flags.features },
    );
    onStep('Pictures of the features');
    const features = await featureViews(classifier, found.extraction, rest);
    stopIfInterrupted();
    const rules = await writeWhole(rulesFile, rulesJson(classifier, basename(modelPath), found, features));
    const pagePath = join(flags.out, 'index.html');
    const page = await writeWhole(pagePath, pageOf(classifier, basename(modelPath), found, features));
    await removeEarlierPictures(flags.out);
    await (flags.json === true
      ? printJson({ page, rulesFile: rules, ...summary(classifier, found) })
      : printWords(`${inWords(classifier, found)}\nRules: ${rules}\nPage: ${page}\n`));
  } finally {
    progress.finish();
    await classifier.release();
  }
}

function pageOf(
  classifier: Classifier,
  file: string,
  { extraction, figures }: FoundRules,
  features: readonly FeatureView[],
): string {
  const notes = rulesNotes(extraction);
  const provenance = provenanceOf(classifier, { file, methods: [], notes, command: commandLine() });
  return renderPage(rulesPage(rulesView(classifier, extraction, figures, features), file, provenance));
}

function rulesJson(
  classifier: Classifier,
  file: string,
  { extraction, figures }: FoundRules,
  features: readonly FeatureView[],
): string {
  return writeRuleFile({
    model: { file, sha256: classifier.sha256 },
    rules: extraction,
    labels: extraction.terms.map((_, k) => className(classifier, k)),
    figures: mainFigures(figures),
    pictures: features.map(storedPicture),
  });
}

function storedPicture({ feature, gradient }: FeatureView): FeaturePicture {
  const { width, height, channels, data } = gradient;
  return { feature: feature + 1, width, height, channels, data: Buffer.from(data).toString('base64') };
}

function mainFigures({ networkAccuracy, ruleAccuracy, fidelity, literals, images, booleanAccuracy }: RuleFigures) {
  return { images, networkAccuracy, ruleAccuracy, fidelity, literals, booleanAccuracy: booleanAccuracy ?? null };
}

function summary(classifier: Classifier, { extraction, figures, seconds }: FoundRules) {
  const { terms, candidates } = extraction;
  return {
    rules: terms.map((term, k) => ({ class: className(classifier, k), rule: termText(term) })),
    ...mainFigures(figures),
    candidates,
    seconds,
  };
}

function inWords(classifier: Classifier, { extraction, figures }: FoundRules): string {
  const { networkAccuracy, ruleAccuracy, fidelity, literals, images } = figures;
  const share = (value: number) => `${(100 * value).toFixed(2)}%`;
  const rules = extraction.terms.map((term, k) => `${termText(term)} ⇒ ${className(classifier, k)}`);
  return `${rules.join('\n')}\n${literals} literals; of ${images} test images the rules decide ${share(ruleAccuracy)} rightly, the network ${share(networkAccuracy)}; they agree on ${share(fidelity)}`;
}
