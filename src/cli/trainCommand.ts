import type { Command } from 'commander';
import { percent, type Trained, trainNetwork } from '../app/trainNetwork.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import { settingsOf } from '../model/inputDescription.ts';
import { descriptionPath } from '../node/modelFile.ts';
import { readNamedFile } from '../node/namedFile.ts';
import { architectures } from '../training/architectures.ts';
import { readCheckpoint } from '../training/checkpointFile.ts';
import type { QualityFigure } from '../training/mosaic/measures.ts';
import { mosaicNetworks } from '../training/mosaic/networks.ts';
import { type CheckpointPlace, checkpointPlace, keptUntilDone } from './checkpointPlace.ts';
import { positiveFlag } from './flags.ts';
import { type InputFlags, inputSettings } from './inputFlags.ts';
import { interruptedStatus, workOptions } from './interruption.ts';
import { forceWords } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { type Progress, progressTo } from './progress.ts';
import { deviceWords, type RuntimeFlags, runtimeFrom } from './runtimeFlags.ts';
import { printJson, printWords } from './streams.ts';
import { classMaterial, datasetNameOf, type MaterialFlags, mosaicMaterial } from './trainMaterial.ts';
import { type TrainFlags, type TrainSettings, trainSettings, updatesOf } from './trainSettings.ts';
import { architectureNames, defaultsOf, loadStart, trainStart } from './trainStart.ts';
import { watched } from './watchdog.ts';

interface Flags extends TrainFlags, InputFlags, MaterialFlags, RuntimeFlags {
  readonly out: string;
  readonly resume?: string;
  readonly checkpointEvery: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addTrainCommand(program: Command): void {
  const networks = Object.entries({ ...architectures, ...mosaicNetworks }).map(
    ([name, { title }]) => `  ${name}  ${title}`,
  );
  const datasets = namedDatasets.map(({ name, title }) => `  ${name}  ${title}`);
  program
    .command('train')
    .description('train one of the papers’ networks or of those of mosaics, or an ONNX classifier of your own further')
    .argument('<architecture>', `${architectureNames.join(', ')}, or a file MODEL.onnx`)
    .requiredOption('--out <model.onnx>', 'where the trained model goes; its input is described beside it')
    .option(
      '--dataset <name|folder|file>',
      'a named data set, a folder or an .npz file (docs/datasets.md; default: digits, for the networks of mosaics mosaic)',
    )
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
  const dataset = datasetNameOf(flags, start.kind === 'mosaic');
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
      inputs: [...(start.kind === 'model' ? [start.path, descriptionPath(start.path)] : []), dataset, flags.resume],
      force: flags.force,
    },
  );
  const place = await checkpointPlace(flags.out, flags.resume, progress);
  const { model, input, channels } = await loadStart(start, runtime, seed, described);
  const material =
    start.kind === 'mosaic'
      ? await mosaicMaterial(start.name, flags, runtime)
      : await classMaterial(flags, { channels, size: described.size, validated }, progress);
  const { images } = material.learned;
  const trained = await keptUntilDone(place, progress, async () =>
    trainNetwork(runtime, model, {
      ...workOptions(progress),
      ...rest,
      ...material.learned,
      input,
      seed,
      learningRate: learningRate(updatesOf(settings, images.count)),
      checkpoint:
        flags.resume === undefined
          ? undefined
          : readCheckpoint(await readNamedFile(flags.resume, 'checkpoint'), flags.resume),
      keep: { everySeconds, save: place.save },
    }),
  );
  if (trained.stopped === 'aborted') return saveInterrupted(flags, trained, place, progress);
  const written = await writeWhole(flags.out, trained.bytes);
  await writeWhole(
    description,
    `${JSON.stringify({ ...settingsOf(trained.input), ...material.described(trained.input) }, null, 2)}\n`,
  );
  await place.remove();
  await (flags.json
    ? printJson(summaryOf(argument, written, dataset, settings, trained))
    : printWords(inWords(argument, written, dataset, trained)));
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

function inWords(
  argument: string,
  model: string,
  dataset: string,
  { accuracy, figures = [], stopped }: Trained,
): string {
  const early = stopped === 'no improvement' ? ', stopped early' : '';
  const right = accuracy === undefined ? '' : `, ${percent(accuracy)} of the test images right`;
  const measured = figures.map((figure) => `, ${figureInWords(figure)}`).join('');
  return `${model}: ${argument} on ${dataset}${early}${right}${measured}\n`;
}

function figureInWords({ title, value, share }: QualityFigure): string {
  return share ? `${percent(value)} ${title}` : `${title} ${value.toFixed(2)}`;
}

function summaryOf(argument: string, model: string, dataset: string, { seed }: TrainSettings, trained: Trained) {
  const { history, accuracy, figures, stopped, checkpoint } = trained;
  return {
    model,
    architecture: argument,
    dataset,
    seed,
    updates: checkpoint.state.step,
    stopped,
    accuracy,
    ...(figures ? { figures: Object.fromEntries(figures.map(({ id, value }) => [id, value])) } : {}),
    validation: checkpoint.best?.accuracy,
    history,
  };
}
