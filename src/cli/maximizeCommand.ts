import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { fitImages, pictureAt } from '../datasets/fitImages.ts';
import type { LabelledImages } from '../datasets/labelledImages.ts';
import type { Classifier } from '../model/classifier.ts';
import { toFittedInput } from '../model/pixels.ts';
import { removeEarlierPictures } from '../node/reportFolder.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import { defaultAscent } from '../studies/maximization/ascend.ts';
import { type Maximization, maximize } from '../studies/maximization/maximize.ts';
import { maximizationPictures, renderMaximization } from '../studies/maximization/page/maximizationPage.ts';
import { maximizationView } from '../studies/maximization/page/maximizationView.ts';
import { commandLine } from './commandLine.ts';
import { datasetWithProgress } from './datasetWithProgress.ts';
import { stopIfInterrupted, stoppable } from './interruption.ts';
import { addModelOptions, classifierFrom, type ModelFlags, modelInputs } from './modelOptions.ts';
import { numberFlag, wholeFlag } from './numberFlags.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { type Progress, progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';
import { UsageError } from './usageError.ts';

interface Flags extends ModelFlags {
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
  readonly out: string;
  readonly json?: boolean;
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
  await prepareTargets([{ kind: 'report', path: flags.out }], {
    inputs: [...modelInputs(modelPath, flags), flags.dataset],
    force: flags.force,
  });
  const progress = stoppable(progressTo());
  const classifier = await classifierFrom(modelPath, flags);
  try {
    const images =
      flags.dataset === undefined ? undefined : await trainingSet(flags.dataset, flags, classifier, progress);
    const found = await maximize(classifier, flags.layer, {
      ...(units ? { units } : {}),
      ascent,
      samples,
      noise,
      ...(images ? { images: inBatches(images, classifier) } : {}),
      progress: (done, total, what) => progress.update(done, total, what),
    });
    progress.finish();
    stopIfInterrupted();
    await write(modelPath, flags, classifier, found, images);
  } finally {
    progress.finish();
    await classifier.release();
  }
}

async function write(
  modelPath: string,
  flags: Flags,
  classifier: Classifier,
  found: Maximization,
  images: LabelledImages | undefined,
): Promise<void> {
  const provenance = provenanceOf(classifier, {
    file: basename(modelPath),
    methods: [],
    command: commandLine(),
    notes: [
      Object.entries(found.settings)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
  });
  const view = maximizationView(classifier, found, {
    model: basename(modelPath),
    ...(images ? { imagesName: images.name } : {}),
    provenance,
  });
  const pictures = maximizationPictures(view);
  for (const { name, png } of pictures) await writeWhole(join(flags.out, name), png);
  const page = await writeWhole(join(flags.out, 'index.html'), renderMaximization(view));
  await removeEarlierPictures(
    flags.out,
    pictures.map(({ name }) => name),
  );
  const values = found.units.map(({ unit, ascent, smoothGrad, best }) => ({
    unit,
    ascent: ascent.value,
    ...(best ? { best: best.value, image: best.index } : {}),
    meanGradient: smoothGrad.value,
  }));
  if (flags.json === true) {
    const { layer, before, settings } = found;
    await printJson({ layer, before, settings, units: values, page });
    return;
  }
  const lines = values.map(
    ({ unit, ascent, best, meanGradient }) =>
      `unit ${unit}: ${ascent.toPrecision(4)}${best === undefined ? '' : `, largest of the images ${best.toPrecision(4)}`}, mean gradient ${meanGradient.toPrecision(4)}`,
  );
  const before = found.before === undefined ? '' : `Values before the layer's ${found.before.toLowerCase()}.\n`;
  await printWords(`${lines.join('\n')}\n${before}Page: ${page}\n`);
}

async function trainingSet(
  where: string,
  { dataDir }: Flags,
  { input }: Classifier,
  progress: Progress,
): Promise<LabelledImages> {
  const { train } = await datasetWithProgress(where, dataDir === undefined ? {} : { dataDir }, progress);
  return fitImages(train, { size: input, channels: input.channels === 3 ? 3 : 1 });
}

/** All images of a set as model input, some at a time. */
function* inBatches(set: LabelledImages, classifier: Classifier): Generator<Tensor<'float32'>> {
  const { batchSize } = classifier;
  for (let from = 0; from < set.count; from += batchSize) {
    const length = Math.min(batchSize, set.count - from);
    yield concatRows(Array.from({ length }, (_, i) => toFittedInput(pictureAt(set, from + i), classifier.input)));
  }
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
