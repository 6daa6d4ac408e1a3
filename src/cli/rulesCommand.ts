import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { className } from '../classifier/classifier.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { splitEvery } from '../datasets/splitEvery.ts';
import { renderPage } from '../report/page.ts';
import { provenanceOf } from '../report/provenanceView.ts';
import { rulesPage } from '../report/rules/page.ts';
import { featureViews, rulesNotes, rulesView } from '../report/rules/rulesView.ts';
import type { FeatureView } from '../report/rules/view.ts';
import { findRules } from '../rules/findRules.ts';
import type { RuleFigures } from '../rules/judgeRules.ts';
import { type FeaturePicture, writeRuleFile } from '../rules/ruleFile.ts';
import { termText } from '../rules/term.ts';
import { nodeRuntime } from '../runtime/node.ts';
import { commandLine } from './commandLine.ts';
import { datasetWithProgress } from './datasetWithProgress.ts';
import { type InputFlags, inputSettings } from './inputFlags.ts';
import { loadModelFile } from './modelFile.ts';
import { addModelOptions } from './modelOptions.ts';
import { prepareFolder, writeWhole } from './output.ts';
import { type Progress, progressTo } from './progress.ts';
import { threadCount } from './threads.ts';
import { version } from './version.ts';

interface Flags extends InputFlags {
  readonly dataset: string;
  readonly features?: string;
  readonly output?: string;
  readonly out: string;
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly threads?: string;
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

async function run(modelPath: string, flags: Flags): Promise<void> {
  const progress = progressTo();
  await prepareFolder(flags.out);
  const classifier = await loadModelFile(modelPath, {
    runtime: nodeRuntime(threadCount(flags.threads)),
    settings: await inputSettings(flags),
    ...(flags.output === undefined ? {} : { output: flags.output }),
  });
  try {
    const dataset = await readDataset(flags, classifier.input, progress);
    const { rest, held } = splitEvery(dataset.train, validateEvery);
    let step = 0;
    const onStep = (what: string) => progress.update(step++, 4, what);
    const { extraction, figures } = await findRules(
      classifier,
      { training: rest, validation: held, test: dataset.test },
      { onStep, ...(flags.features === undefined ? {} : { features: flags.features }) },
    );
    onStep('Pictures of the features');
    const features = await featureViews(classifier, extraction, rest);
    const file = basename(modelPath);
    const labels = extraction.terms.map((_, k) => className(classifier, k));
    const provenance = provenanceOf(classifier, {
      file,
      methods: [],
      version,
      notes: rulesNotes(extraction),
      command: commandLine(),
    });
    const rulesFile = join(flags.out, 'rules.json');
    const text = writeRuleFile({
      model: { file, sha256: classifier.sha256 },
      rules: extraction,
      labels,
      figures: summaryFigures(figures),
      pictures: features.map(storedPicture),
    });
    const page = join(flags.out, 'index.html');
    await writeWhole(rulesFile, text);
    await writeWhole(
      page,
      renderPage(rulesPage(rulesView(classifier, extraction, figures, features), file, provenance)),
    );
    const rules = extraction.terms.map((term, k) => ({ class: labels[k] ?? '', rule: termText(term) }));
    process.stdout.write(
      flags.json === true
        ? `${JSON.stringify({ page, rulesFile, rules, ...summaryFigures(figures), candidates: extraction.candidates }, null, 2)}\n`
        : `${rules.map((rule) => `${rule.rule} ⇒ ${rule.class}`).join('\n')}\n${inWords(figures)}\nRules: ${rulesFile}\nPage: ${page}\n`,
    );
  } finally {
    progress.finish();
    await classifier.release();
  }
}

function readDataset(
  { dataset, dataDir }: Flags,
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  progress: Progress,
): Promise<Dataset> {
  return datasetWithProgress(
    dataset,
    { channels: channels === 1 ? 1 : 3, size: { height, width }, ...(dataDir === undefined ? {} : { dataDir }) },
    progress,
  );
}

function summaryFigures({ networkAccuracy, ruleAccuracy, fidelity, literals, images, booleanAccuracy }: RuleFigures) {
  return { images, networkAccuracy, ruleAccuracy, fidelity, literals, booleanAccuracy: booleanAccuracy ?? null };
}

function storedPicture({ feature, gradient }: FeatureView): FeaturePicture {
  const { width, height, channels, data } = gradient;
  return { feature: feature + 1, width, height, channels, data: Buffer.from(data).toString('base64') };
}

function inWords({ networkAccuracy, ruleAccuracy, fidelity, literals, images }: RuleFigures): string {
  const share = (value: number) => `${(100 * value).toFixed(2)}%`;
  return `${literals} literals; of ${images} test images the rules decide ${share(ruleAccuracy)} rightly, the network ${share(networkAccuracy)}; they agree on ${share(fidelity)}`;
}
