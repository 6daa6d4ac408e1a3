import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { type Classifier, className } from '../model/classifier.ts';
import type { FoundRules } from '../studies/booleanRules/findRules.ts';
import { studyRules } from '../studies/booleanRules/study.ts';
import { termText } from '../studies/booleanRules/term.ts';
import { commandLine } from './flags.ts';
import { workOptions } from './interruption.ts';
import { addModelOptions, classifierFrom, datasetFor, type ModelFlags, modelInputs } from './modelOptions.ts';
import { writeReportFiles } from './output.ts';
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

async function run(modelPath: string, flags: Flags): Promise<void> {
  const progress = progressTo();
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
    const dataset = await datasetFor(classifier, flags.dataset, flags, progress);
    const { features } = flags;
    const named = { modelName: basename(modelPath), command: commandLine() };
    const { found, summary, files } = await studyRules(classifier, dataset, {
      ...workOptions(progress),
      ...named,
      features,
    });
    const [rules, page] = await writeReportFiles(flags.out, files);
    await (flags.json === true
      ? printJson({ page, rulesFile: rules, ...summary })
      : printWords(`${inWords(classifier, found)}\nRules: ${rules}\nPage: ${page}\n`));
  } finally {
    progress.finish();
    await classifier.release();
  }
}

function inWords(classifier: Classifier, { extraction, figures }: FoundRules): string {
  const { networkAccuracy, ruleAccuracy, fidelity, literals, images } = figures;
  const share = (value: number) => `${(100 * value).toFixed(2)}%`;
  const rules = extraction.terms.map((term, k) => `${termText(term)} ⇒ ${className(classifier, k)}`);
  return `${rules.join('\n')}\n${literals} literals; of ${images} test images the rules decide ${share(ruleAccuracy)} rightly, the network ${share(networkAccuracy)}; they agree on ${share(fidelity)}`;
}
