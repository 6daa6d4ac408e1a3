import { join } from 'node:path';
import type { Command } from 'commander';
import { criteria } from '../studies/regionPruning/importance.ts';
import { checkPrunable } from '../studies/regionPruning/pruner.ts';
import { type RegionsSummary, regionsFiles, studyRegions } from '../studies/regionPruning/study.ts';
import { UsageError } from './flags.ts';
import { addModelOptions, datasetFor } from './modelOptions.ts';
import type { OutputTarget } from './outputTargets.ts';
import { type RegionsFlags, regionsSettings } from './regionsFlags.ts';
import { runStudy, type StudyFlags } from './studyCommand.ts';

interface Flags extends StudyFlags, RegionsFlags {
  readonly dataset: string;
}

export function addRegionsCommand(program: Command): void {
  const command = program
    .command('regions')
    .description('prune a model’s first dense layer to the regions of the input that each of its units really uses')
    .argument('<model>', 'ONNX file')
    .option('--dataset <name|folder|file>', 'to retrain and to test with', 'digits')
    .option('--method <name>', 'compact: a few compact regions a unit; paper: the weakest regions of all', 'compact')
    .option('--rounds <n>', 'of cuts and retraining', '6')
    .option('--epochs <n>', 'of retraining in each round', '2')
    .option('--area <share>', 'compact: how much of the varying inputs a unit keeps', '0.25')
    .option('--regions <n>', 'compact: in how many regions at most', '3')
    .option('--weights <ratio>', 'paper: the share of the weights that goes first, by magnitude', '0.5')
    .option('--ratio <ratio>', 'paper: the share of the regions that goes in each round', '0.4')
    .option('--criterion <name>', `what makes a weight weak: ${criteria.join(', ')} (default: the method’s)`)
    .option('--neighbours <n>', 'cells that touch: 4 (edges), or 8 (corners too)', '8')
    .option('--layer <name>', 'another dense layer than the first')
    .option('--optimizer <name>', 'of retraining: sgd or adam', 'sgd')
    .option('--rate <number>', 'learning rate (default: 0.1 for sgd, 0.001 for adam)')
    .option('--batch <n>', 'images an update', '100')
    .option('--images <numbers>', 'test images whose units are shown (default: the first of each class, at most ten)')
    .option('--seed <n>', 'of the order of the images', '0')
    .optionsGroup('Results:')
    .option('--out <folder>', 'where page, pruned model and masks go', 'report')
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

async function run(modelPath: string, flags: Flags): Promise<void> {
  const settings = regionsSettings(flags);
  await runStudy(modelPath, flags, {
    targets: targetsIn(flags.out),
    inputs: [flags.dataset],
    suits: (classifier) => checkPrunable(classifier, settings.layer),
    async study(classifier, options, progress) {
      const dataset = await datasetFor(classifier, flags.dataset, flags, progress);
      const beyond = settings.images?.find((index) => index >= dataset.test.count);
      if (beyond !== undefined) {
        throw new UsageError(`--images: there is no test image ${beyond}; the last is ${dataset.test.count - 1}.`);
      }
      return studyRegions(classifier, dataset, { ...options, ...settings });
    },
    json: (summary, [model, , masks, page]) => ({ model, masks, page, ...summary }),
    words: ({ summary }, [model, , masks, page]) =>
      `${inWords(summary)}\nPruned model and masks: ${model}, ${masks}\nPage: ${page}\n`,
  });
}

/** The files that are written beside the page. */
function targetsIn(out: string): readonly OutputTarget[] {
  const { model, description, masks } = regionsFiles;
  return [
    { kind: 'model', path: join(out, model) },
    { kind: 'description', path: join(out, description) },
    { kind: 'arrays', path: join(out, masks) },
  ];
}

function inWords({ accuracy, pruned, control }: RegionsSummary): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return [
    `Accuracy ${percent(accuracy)} before, ${percent(pruned.accuracy)} pruned, ${percent(control)} unpruned and trained as long.`,
    `${percent(pruned.varyingLeft)} of the weights left; ${pruned.alive} units alive; median unit: ${percent(pruned.medianArea)} of the varying inputs in ${pruned.medianRegions} region(s).`,
  ].join('\n');
}
