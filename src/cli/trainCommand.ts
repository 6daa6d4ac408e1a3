import type { Command } from 'commander';
import { percent, type Trained, trainNetwork } from '../app/trainNetwork.ts';
import { type Dataset, splitEvery } from '../datasets/dataset.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import { type InputDescription, settingsOf } from '../model/inputDescription.ts';
import { descriptionPath } from '../node/modelFile.ts';
import { readNamedFile } from '../node/namedFile.ts';
import { architectures } from '../training/architectures.ts';
import { readCheckpoint } from '../training/checkpointFile.ts';
import { type CheckpointPlace, checkpointPlace, keptUntilDone } from './checkpointPlace.ts';
import { positiveFlag } from './flags.ts';
import { type InputFlags, inputSettings } from './inputFlags.ts';
import { datasetWithProgress } from './inputs.ts';
import { interruptedStatus, workOptions } from './interruption.ts';
import { forceWords } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { type Progress, progressTo } from './progress.ts';
import { deviceWords, type RuntimeFlags, runtimeFrom } from './runtimeFlags.ts';
import { printJson, printWords } from './streams.ts';
import { type TrainFlags, type TrainSettings, trainSettings, updatesOf } from './trainSettings.ts';
import { defaultsOf, loadStart, trainStart } from './trainStart.ts';
import { watched } from './watchdog.ts';

interface Flags extends TrainFlags, InputFlags, RuntimeFlags {
  readonly dataset: string;
  readonly dataDir?: string;
  readonly out: string;
  readonly resume?: string;
  readonly checkpointEvery: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Where validation is called for, every sixth training image of a class: 10,000 of MNIST's 60,000. */
const validateEvery = 6;

export function addTrainCommand(program: Command): void {
  const networks = Object.entries(architectures).map(([name, { title }]) => `  ${name}  ${title}`);
  const datasets = namedDatasets.map(({ name, title }) => `  ${name}  ${title}`);
  program
    .command('train')
    .description('train one of the papers’ networks, or an ONNX classifier of your own further')
    .argument('<architecture>', `${Object.keys(architectures).join(', ')}, or a file MODEL.onnx`)
    .requiredOption('--out <model.onnx>', 'where the trained model goes; its input is described beside it')
    .option('--dataset <name|folder|file>', 'a named data set, a folder or an .npz file (docs/datasets.md)', 'digits')
    .option('--data-dir <folder>', 'where the files of a named data set are')
    .option('--updates <n>', 'how many updates of the weights')
    .option('--epochs <n>', 'or how many times over the images')
    .option('--rate <number>', 'learning rate (default: the schedule of the paper or ours)')
    .option('--batch <n>', 'images an update')
    .option('--optimizer <name>', 'sgd or adam')
    .option('--momentum <number>', 'of sgd')
    .option('--weight-decay <number>', 'how far weights shrink with each update')
    .option('--patience <n>', 'stop after so many epochs without a better accuracy on images held out')
    .option('--seed <n>', 'of the initial weights and the order of the images', '0')
    .option('--resume <checkpoint>', 'go on from where an interrupted training stopped')
    .option('--checkpoint-every <minutes>', 'how often to save where it stands, beside the model', '5')
    .option('--size <HxW>', 'bring all images to this size')
    .option('--layout <layout>', 'of a model’s input: NCHW or NHWC')
    .option('--order <order>', 'of a model’s input: RGB or BGR')
    .option('--scale <factor>', 'of a model’s input: pixels 0..255 are multiplied by it (default: 1/255)')
    .option('--mean <numbers>', 'then these are subtracted, one or one a channel (default: 0)')
    .option('--std <numbers>', 'then divided by these (default: 1)')
    .option('--threads <n>', 'threads (default: all)')
    .option('--device <device>', deviceWords)
    .option('--force', forceWords)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nArchitectures:\n${networks.join('\n')}\n\nData sets:\n${datasets.join('\n')}`)
    .action(run);
}

async function run(argument: string, flags: Flags): Promise<void> {
  const progress = progressTo();
  try {
    await trainAndWrite(argument, flags, progress);
  } finally {
    progress.finish();
  }
}

async function trainAndWrite(argument: string, flags: Flags, progress: Progress): Promise<void> {
  const start = trainStart(argument);
  const settings = trainSettings(flags, defaultsOf(start));
  const everySeconds = 60 * positiveFlag('checkpoint-every', flags.checkpointEvery);
  const { seed, learningRate, validation: validated, ...rest } = settings;
  const runtime = watched(runtimeFrom(flags), argument);
  const described = await inputSettings(flags);
  const description = descriptionPath(flags.out);
  await prepareTargets(
    [
      { kind: 'model', path: flags.out },
      { kind: 'description', path: description },
    ],
    {
      inputs: [
        ...(start.kind === 'model' ? [start.path, descriptionPath(start.path)] : []),
        flags.dataset,
        flags.resume,
      ],
      force: flags.force,
    },
  );
  const place = await checkpointPlace(flags.out, flags.resume, progress);
  const { model, input, channels } = await loadStart(start, runtime, seed, described);
  const { size } = described;
  const [height, width] = typeof size === 'number' ? [size, size] : (size ?? []);
  const dataset = await datasetWithProgress(
    flags.dataset,
    {
      channels,
      size: height === undefined || width === undefined ? undefined : { height, width },
      dataDir: flags.dataDir,
    },
    progress,
  );
  const images = imagesFor(dataset, validated);
  const trained = await keptUntilDone(place, progress, async () =>
    trainNetwork(runtime, model, {
      ...workOptions(progress),
      ...rest,
      ...images,
      input,
      seed,
      learningRate: learningRate(updatesOf(settings, images.images.count)),
      checkpoint:
        flags.resume === undefined
          ? undefined
          : readCheckpoint(await readNamedFile(flags.resume, 'checkpoint'), flags.resume),
      keep: { everySeconds, save: place.save },
    }),
  );
  if (trained.stopped === 'aborted') return saveInterrupted(flags, trained, place, progress);
  const classes = classNamesOf(dataset, trained.input);
  const written = await writeWhole(flags.out, trained.bytes);
  await writeWhole(description, `${JSON.stringify({ ...settingsOf(trained.input), classes }, null, 2)}\n`);
  await place.remove();
  await (flags.json
    ? printJson(summaryOf(argument, written, flags, settings, trained))
    : printWords(inWords(argument, written, flags, trained)));
}

function imagesFor({ train, test }: Dataset, validated: boolean) {
  const { rest, held } = splitEvery(train, validateEvery);
  return validated && held.count > 0 ? { images: rest, validation: held, test } : { images: train, test };
}

/** The data set's names for the classes; where it only has numbers, those that the model came with. */
function classNamesOf({ train }: Dataset, { classes }: InputDescription): readonly string[] {
  const numbersOnly = train.classNames.every((name, label) => name === String(label));
  return numbersOnly && classes ? classes : train.classNames;
}

async function saveInterrupted(
  flags: Flags,
  { checkpoint }: Trained,
  place: CheckpointPlace,
  progress: Progress,
): Promise<void> {
  const path = await place.saveLast(checkpoint);
  const updates = checkpoint.state.step;
  progress.message(`Interrupted after ${updates} updates. Go on with the same command and --resume ${path}`);
  if (flags.json) await printJson({ interrupted: true, checkpoint: path, updates });
  process.exitCode = interruptedStatus();
}

function inWords(argument: string, model: string, { dataset }: Flags, { accuracy, stopped }: Trained): string {
  const early = stopped === 'no improvement' ? ', stopped early' : '';
  const right = accuracy === undefined ? '' : `, ${percent(accuracy)} of the test images right`;
  return `${model}: ${argument} on ${dataset}${early}${right}\n`;
}

function summaryOf(argument: string, model: string, flags: Flags, { seed }: TrainSettings, trained: Trained) {
  const { history, accuracy, stopped, checkpoint } = trained;
  return {
    model,
    architecture: argument,
    dataset: flags.dataset,
    seed,
    updates: checkpoint.state.step,
    stopped,
    accuracy,
    validation: checkpoint.best?.accuracy,
    history,
  };
}
