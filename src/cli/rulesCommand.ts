import { join } from 'node:path';
import type { Command } from 'commander';
import { type Classifier, className } from '../model/classifier.ts';
import { findDenseHead } from '../studies/booleanRules/denseHead.ts';
import type { FoundRules } from '../studies/booleanRules/findRules.ts';
import { studyRules } from '../studies/booleanRules/study.ts';
import { termText } from '../studies/booleanRules/term.ts';
import { addModelOptions, datasetFor } from './modelOptions.ts';
import { runStudy, type StudyFlags } from './studyCommand.ts';

interface Flags extends StudyFlags {
  readonly dataset: string;
  readonly features?: string;
}

export function addRulesCommand(program: Command): void {
  const command = program
    .command('rules')
    .description('say in one Boolean rule a class what the dense layers at a classifier’s end decide')
    .argument('<model>', 'ONNX file of a classifier that ends in dense layers')
    .requiredOption('--dataset <name|folder|file>', 'images with classes: digits, mnist, a folder, an .npz file')
    .option('--features <name>', 'the layer whose values are the features (default: what the first dense layer reads)')
    .optionsGroup('Results:')
    .option('--out <folder>', 'where the page goes, and rules.json for "konkyo explain --rules"', 'report')
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

async function run(modelPath: string, flags: Flags): Promise<void> {
  const { dataset, features } = flags;
  await runStudy(modelPath, flags, {
    targets: [{ kind: 'rules', path: join(flags.out, 'rules.json') }],
    inputs: [dataset],
    suits: (classifier) => findDenseHead(classifier, features),
    study: async (classifier, options, progress) =>
      studyRules(classifier, await datasetFor(classifier, dataset, flags, progress), { ...options, features }),
    json: (summary, [rules, page]) => ({ page, rulesFile: rules, ...summary }),
    words: ({ found }, [rules, page], classifier) => `${inWords(classifier, found)}\nRules: ${rules}\nPage: ${page}\n`,
  });
}

function inWords(classifier: Classifier, { extraction, figures }: FoundRules): string {
  const { networkAccuracy, ruleAccuracy, fidelity, literals, images } = figures;
  const share = (value: number) => `${(100 * value).toFixed(2)}%`;
  const rules = extraction.terms.map((term, k) => `${termText(term)} ⇒ ${className(classifier, k)}`);
  return `${rules.join('\n')}\n${literals} literals; of ${images} test images the rules decide ${share(ruleAccuracy)} rightly, the network ${share(networkAccuracy)}; they agree on ${share(fidelity)}`;
}
