import type { Command } from 'commander';
import { defaultAscent } from '../studies/maximization/ascend.ts';
import { checkUnits } from '../studies/maximization/maximize.ts';
import { type MaximizationSummary, studyMaximization } from '../studies/maximization/study.ts';
import { numberFlag, UsageError, wholeFlag } from './flags.ts';
import { datasetWithProgress } from './inputs.ts';
import { addModelOptions } from './modelOptions.ts';
import { runStudy, type StudyFlags } from './studyCommand.ts';

interface Flags extends StudyFlags {
  readonly layer: string;
  readonly units?: string;
  readonly dataset?: string;
  readonly steps: string;
  readonly rate: string;
  readonly l2: string;
  readonly tv: string;
  readonly jitter: string;
  readonly starts: string;
  readonly samples: string;
  readonly noise: string;
  readonly seed: string;
  readonly base: string;
}

export function addMaximizeCommand(program: Command): void {
  const command = program
    .command('maximize')
    .description('show what each unit of a layer responds to most: a page, and contact sheets as PNG files')
    .argument('<model>', 'ONNX file')
    .requiredOption('--layer <name>', 'the layer: the name of a node or of its output')
    .option('--units <list>', 'such as 0-9,12 (default: all)')
    .option(
      '--dataset <where>',
      'also look for the training image that each unit responds to most: a name, a folder or an .npz file',
    )
    .option('--steps <n>', 'steps of the gradient ascent', String(defaultAscent.steps))
    .option(
      '--starts <n>',
      'noisy images each ascent starts from, the best result counts',
      String(defaultAscent.starts),
    )
    .option('--rate <brightness>', 'length of the first step; 1 is from black to white', String(defaultAscent.rate))
    .option('--l2 <n>', 'how strongly pixels are drawn back to the blank image', String(defaultAscent.l2))
    .option('--tv <n>', 'how strongly neighbouring pixels are drawn together', String(defaultAscent.tv))
    .option(
      '--jitter <pixels>',
      'by how many pixels at most the image is moved before each step',
      String(defaultAscent.jitter),
    )
    .option('--base <brightness>', 'of the blank image, 0 to 1', String(defaultAscent.base))
    .option('--samples <n>', 'noisy images of the mean gradient', '100')
    .option('--noise <n>', 'standard deviation of their noise, as a fraction of the pixel range', '0.1')
    .option('--seed <n>', 'where the random numbers start', '0')
    .optionsGroup('Results:')
    .option('--out <folder>', 'where the page and the pictures go', 'report')
    .option('--json', 'print the values as JSON');
  addModelOptions(command).action(run);
}

async function run(modelPath: string, flags: Flags): Promise<void> {
  const ascent = {
    steps: wholeFlag('steps', flags.steps, 1),
    starts: wholeFlag('starts', flags.starts, 1),
    rate: numberFlag('rate', flags.rate, { min: 0 }),
    l2: numberFlag('l2', flags.l2, { min: 0 }),
    tv: numberFlag('tv', flags.tv, { min: 0 }),
    jitter: wholeFlag('jitter', flags.jitter, 0),
    seed: wholeFlag('seed', flags.seed, 0),
    base: numberFlag('base', flags.base, { min: 0, max: 1 }),
  };
  const samples = wholeFlag('samples', flags.samples, 1);
  const noise = numberFlag('noise', flags.noise, { min: 0 });
  const units = flags.units === undefined ? undefined : unitList(flags.units);
  const { dataset, dataDir, layer } = flags;
  await runStudy(modelPath, flags, {
    inputs: [dataset],
    takes: ['value', 'segmentation', 'detection'],
    suits: (classifier) => checkUnits(classifier, layer, units),
    async study(classifier, options, progress) {
      const opened = dataset === undefined ? undefined : await datasetWithProgress(dataset, { dataDir }, progress);
      return studyMaximization(classifier, layer, { ...options, units, ascent, samples, noise, images: opened?.train });
    },
    json: (summary, places) => ({ ...summary, page: places.at(-1) }),
    words: ({ summary }, places) => `${inWords(summary)}Page: ${places.at(-1)}\n`,
  });
}

function inWords({ units, before }: MaximizationSummary): string {
  const lines = units.map(({ unit, ascent, best, meanGradient }) => {
    const largest = best === undefined ? '' : `, largest of the images ${best.toPrecision(4)}`;
    return `unit ${unit}: ${ascent.toPrecision(4)}${largest}, mean gradient ${meanGradient.toPrecision(4)}\n`;
  });
  return `${lines.join('')}${before === undefined ? '' : `Values before the layer's ${before.toLowerCase()}.\n`}`;
}

/** @throws UsageError */
function unitList(text: string): number[] {
  const units = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) {
      throw new UsageError(`--units takes numbers and ranges, such as 0-9,12, not "${text}".`);
    }
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
  });
  return [...new Set(units)];
}
