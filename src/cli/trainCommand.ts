import type { Command } from 'commander';
import { loadDigits } from '../datasets/digits.ts';
import { readIdxFolder } from '../datasets/idxFolder.ts';
import type { LabelledImages } from '../datasets/labelledImages.ts';
import { nodeRuntime } from '../runtime/node.ts';
import { type ArchitectureName, architectures } from '../training/architectures.ts';
import { readCheckpoint, writeCheckpoint } from '../training/checkpointFile.ts';
import { recipes } from '../training/recipes.ts';
import type { TrainOptions } from '../training/train.ts';
import { readNamedFile } from './modelFile.ts';
import { writeWhole } from './output.ts';
import { progressTo } from './progress.ts';
import { threadCount } from './threads.ts';
import { percent, runTrainJob } from './trainJob.ts';
import { UsageError } from './usageError.ts';

interface Flags {
  readonly dataset: string;
  readonly out: string;
  readonly updates?: string;
  readonly epochs?: string;
  readonly rate?: string;
  readonly batch?: string;
  readonly seed: string;
  readonly resume?: string;
  readonly threads?: string;
  readonly json?: boolean;
}

export function addTrainCommand(program: Command): void {
  const list = Object.entries(architectures).map(([name, { title }]) => `  ${name}  ${title}`);
  program
    .command('train')
    .description('train one of the papers’ networks on digits')
    .argument('<architecture>', Object.keys(architectures).join(', '))
    .requiredOption('--out <model.onnx>', 'where the trained model goes')
    .option(
      '--dataset <name|folder>',
      '"digits" (10,000 digits that come with konkyo) or a folder of IDX files',
      'digits',
    )
    .option('--updates <n>', 'how many updates of the weights')
    .option('--epochs <n>', 'or how many times over the images')
    .option('--rate <number>', 'learning rate (default: the schedule of the paper or ours)')
    .option('--batch <n>', 'images an update')
    .option('--seed <n>', 'of the initial weights and the order of the images', '0')
    .option('--resume <checkpoint>', 'go on from where an interrupted training stopped')
    .option('--threads <n>', 'threads (default: all)')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nArchitectures:\n${list.join('\n')}`)
    .action(run);
}

async function run(name: string, flags: Flags): Promise<void> {
  const architecture = architectureName(name);
  const recipe = recipes[architecture];
  const { train, test } = await dataset(flags.dataset);
  const progress = progressTo();
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop);
  try {
    const trained = await runTrainJob({
      runtime: nodeRuntime(threadCount(flags.threads)),
      architecture,
      images: train,
      validation: test,
      optimizer: recipe.optimizer(),
      learningRate: flags.rate === undefined ? recipe.learningRate : positive('rate', flags.rate),
      length: lengthOf(flags, recipe.length),
      batchSize: flags.batch === undefined ? recipe.batchSize : whole('batch', flags.batch),
      seed: whole('seed', flags.seed, 0),
      ...(flags.resume === undefined
        ? {}
        : { checkpoint: readCheckpoint(await readNamedFile(flags.resume, 'checkpoint'), flags.resume) }),
      signal: interrupt.signal,
      progress,
    });
    const { stopped, history, accuracy, checkpoint, bytes } = trained;
    if (stopped === 'aborted') {
      const path = `${flags.out}.checkpoint.npz`;
      await writeWhole(path, writeCheckpoint(checkpoint));
      progress.message(
        `Interrupted after ${checkpoint.state.step} updates. Go on with the same command and --resume ${path}`,
      );
      process.exitCode = 130;
      return;
    }
    await writeWhole(flags.out, bytes);
    const summary = { model: flags.out, architecture, updates: checkpoint.state.step, accuracy, history };
    const words = accuracy === undefined ? '' : `, ${percent(accuracy)} of the held-out images right`;
    process.stdout.write(
      flags.json ? `${JSON.stringify(summary, null, 2)}\n` : `${flags.out}: ${architecture}${words}\n`,
    );
  } finally {
    process.off('SIGINT', stop);
    progress.finish();
  }
}

function architectureName(name: string): ArchitectureName {
  const found = (Object.keys(architectures) as ArchitectureName[]).find(
    (candidate) => candidate === name.toLowerCase(),
  );
  if (found) return found;
  throw new UsageError(`There is no architecture "${name}". There are: ${Object.keys(architectures).join(', ')}.`);
}

async function dataset(name: string): Promise<{ readonly train: LabelledImages; readonly test: LabelledImages }> {
  return name === 'digits' ? loadDigits() : readIdxFolder(name);
}

function lengthOf({ updates, epochs }: Flags, fallback: TrainOptions['length']): TrainOptions['length'] {
  if (updates !== undefined && epochs !== undefined) throw new UsageError('Give --updates or --epochs, not both.');
  if (updates !== undefined) return { updates: whole('updates', updates) };
  return epochs === undefined ? fallback : { epochs: whole('epochs', epochs) };
}

function whole(flag: string, text: string, min = 1): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min) return value;
  throw new UsageError(`--${flag} takes a whole number from ${min}, not "${text}".`);
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${flag} takes a number above 0, not "${text}".`);
}
