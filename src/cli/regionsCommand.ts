import { join } from 'node:path';
import type { Command } from 'commander';
import type { Dataset } from '../datasets/dataset.ts';
import { criteria } from '../studies/regionPruning/importance.ts';
import { checkPrunable } from '../studies/regionPruning/pruner.ts';
import { type RegionsSummary, regionsFiles, studyRegions } from '../studies/regionPruning/study.ts';
import { findLinearUnits } from '../studies/unitRegions/linearUnits.ts';
import { studyUnitRegions, type UnitRegionsResult, unitRegionsFile } from '../studies/unitRegions/study.ts';
import { UsageError } from './flags.ts';
import { addModelOptions, datasetFor } from './modelOptions.ts';
import type { OutputTarget } from './outputTargets.ts';
import { type RegionsFlags, regionsSettings, unitRegionsFlags } from './regionsFlags.ts';
import { runStudy, type StudyFlags } from './studyCommand.ts';

const methodWords =
  'given: the regions of the network as it is; compact, paper: pruned and retrained, to a few compact regions a unit, or by the weakest regions of all';

/** Flags that say how to prune, by their names in commander. */
const pruningFlags = [
  'rounds',
  'epochs',
  'area',
  'regions',
  'weights',
  'ratio',
  'criterion',
  'optimizer',
  'rate',
  'batch',
];

interface Flags extends StudyFlags, RegionsFlags {
  readonly dataset: string;
}

export function addRegionsCommand(program: Command): void {
  const command = program
    .command('regions')
    .description(
      'which region of the input each unit of a model’s first layer reads, the model as it is; or pruned to such regions',
    )
    .argument('<model>', 'ONNX file')
    .option('--dataset <name|folder|file>', 'to find regions with (or to retrain), and to test', 'digits')
    .option('--method <name>', methodWords, 'given')
    .option('--explained <r2>', 'given: how much of a unit’s sum its region must tell, on held-out images', '0.9')
    .option('--neighbours <n>', 'cells that touch: 4 (edges), or 8 (corners too)', '8')
    .option('--layer <name>', 'another layer than the first')
    .option('--images <numbers>', 'test images whose units are shown (default: the first of each class, at most ten)')
    .option('--seed <n>', 'of random discs, and of the order of the images in retraining', '0')
    .optionsGroup('Pruning (compact and paper):')
    .option('--rounds <n>', 'of cuts and retraining', '6')
    .option('--epochs <n>', 'of retraining in each round', '2')
    .option('--area <share>', 'compact: how much of the varying inputs a unit keeps', '0.25')
    .option('--regions <n>', 'compact: in how many regions at most', '3')
    .option('--weights <ratio>', 'paper: the share of the weights that goes first, by magnitude', '0.5')
    .option('--ratio <ratio>', 'paper: the share of the regions that goes in each round', '0.4')
    .option('--criterion <name>', `what makes a weight weak: ${criteria.join(', ')} (default: the method’s)`)
    .option('--optimizer <name>', 'of retraining: sgd or adam', 'sgd')
    .option('--rate <number>', 'learning rate (default: 0.1 for sgd, 0.001 for adam)')
    .option('--batch <n>', 'images an update', '100')
    .optionsGroup('Results:')
    .option('--out <folder>', 'where the page and its files go', 'report')
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

async function run(modelPath: string, flags: Flags, command: Command): Promise<void> {
  const given = flags.method === 'given';
  const typed = (name: string) => command.getOptionValueSource(name) === 'cli';
  const idle = (given ? pruningFlags : ['explained']).find(typed);
  if (idle !== undefined) {
    throw new UsageError(`--${idle} is not for --method ${flags.method}; see konkyo regions --help.`);
  }
  await (given ? readRegions : pruneToRegions)(modelPath, flags);
}

/** The regions of the model as it is. */
async function readRegions(modelPath: string, flags: Flags): Promise<void> {
  const settings = unitRegionsFlags(flags);
  await runStudy(modelPath, flags, {
    targets: [{ kind: 'arrays', path: join(flags.out, unitRegionsFile) }],
    inputs: [flags.dataset],
    suits: (classifier) => findLinearUnits(classifier, settings.layer),
    async study(classifier, options, progress) {
      const dataset = await datasetFor(classifier, flags.dataset, flags, progress);
      checkShown(settings.shown, dataset);
      return studyUnitRegions(classifier, dataset, { ...options, ...settings });
    },
    json: (summary, [arrays, page]) => ({ arrays, page, ...summary }),
    words: ({ summary }, [arrays, page]) => `${readInWords(summary)}\nRegions: ${arrays}\nPage: ${page}\n`,
  });
}

async function pruneToRegions(modelPath: string, flags: Flags): Promise<void> {
  const settings = regionsSettings(flags);
  await runStudy(modelPath, flags, {
    targets: targetsIn(flags.out),
    inputs: [flags.dataset],
    suits: (classifier) => checkPrunable(classifier, settings.layer),
    async study(classifier, options, progress) {
      const dataset = await datasetFor(classifier, flags.dataset, flags, progress);
      checkShown(settings.images, dataset);
      return studyRegions(classifier, dataset, { ...options, ...settings });
    },
    json: (summary, [model, , masks, page]) => ({ model, masks, page, ...summary }),
    words: ({ summary }, [model, , masks, page]) =>
      `${inWords(summary)}\nPruned model and masks: ${model}, ${masks}\nPage: ${page}\n`,
  });
}

function checkShown(images: readonly number[] | undefined, { test }: Dataset): void {
  const beyond = images?.find((index) => index >= test.count);
  if (beyond === undefined) return;
  throw new UsageError(`--images: there is no test image ${beyond}; the last is ${test.count - 1}.`);
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

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

function readInWords({
  layer,
  area,
  asked,
  enough,
  explained,
  disc,
  another,
  fewestSingle,
  cells,
}: UnitRegionsResult): string {
  return [
    `Half of the units of ${layer} can be told from ${percent(area)} of what they see or less: ${cells} touching cells (${fewestSingle} single ones do as much).`,
    `R² on held-out images: ${explained.toFixed(2)} in the median, ${asked} or more for ${percent(enough)} of the units; ${disc.toFixed(2)} from a random disc as large, ${another.toFixed(2)} from another unit's region.`,
  ].join('\n');
}

function inWords({ accuracy, pruned, control }: RegionsSummary): string {
  return [
    `Accuracy ${percent(accuracy)} before, ${percent(pruned.accuracy)} pruned, ${percent(control)} unpruned and trained as long.`,
    `${percent(pruned.varyingLeft)} of the weights left; ${pruned.alive} units alive; median unit: ${percent(pruned.medianArea)} of the varying inputs in ${pruned.medianRegions} region(s).`,
  ].join('\n');
}
