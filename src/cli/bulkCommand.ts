import type { Command } from 'commander';
import { type BulkSummary, bulk } from '../app/bulk.ts';
import { bulkByQueue } from '../app/bulkByQueue.ts';
import type { ShardShare } from '../bulk/runShards.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import { counted } from '../language/english/numbers.ts';
import { type BulkRequest, bulkInputs, type GivenFlags, wholePaths } from './bulkRun.ts';
import { UsageError } from './flags.ts';
import { interruptedStatus, workOptions } from './interruption.ts';
import { addMethodOptions, addModelOptions, modelInputs } from './modelOptions.ts';
import { prepareTargets } from './outputTargets.ts';
import { type Progress, progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';
import { timeLeft } from './timeLeft.ts';
import { endSoon } from './workCommand.ts';

interface Flags extends GivenFlags {
  readonly shard?: string;
  readonly queue?: string;
  readonly json?: boolean;
}

export function addBulkCommand(program: Command): void {
  const command = program
    .command('bulk')
    .description('explain a whole data set into a store of maps that numpy reads; run again, it goes on where it was')
    .argument('<model>', 'ONNX file')
    .option('--dataset <name|folder|file>', 'the images: digits, mnist, a folder of pictures, an .npz file')
    .option('--part <part>', 'which of them: all, train or test', 'all')
    .option('--images <n>', 'the first so many of them alone')
    .option('--method <ids>', 'methods, separated by commas (see "konkyo methods")')
    .option('--target <class>', 'what is explained: predicted, label, or a class by name or index', 'predicted')
    .option(
      '--check <ids>',
      'checks of every map, separated by commas, or all: deletion-insertion, parameter-randomisation (default: none)',
    )
    .option('--seed <n>', 'of methods and checks that draw')
    .optionsGroup('Results:')
    .option('--store <folder>', 'where the maps go: a folder, OUT.zarr (docs/bulk.md says what is in it)')
    .option('--shard <i/n>', 'make every n-th shard, from the i-th: of n such processes each makes its share')
    .option('--shard-size <n>', 'images of a shard (default: as many as make maps of 64 MB, 1024 at most)')
    .option('--queue <url>', 'let "konkyo work" make the shards: redis://:PASSWORD@HOST:PORT')
    .option('--json', 'print what was done as JSON');
  addMethodOptions(addModelOptions(command)).action(run);
}

async function run(model: string, flags: Flags): Promise<void> {
  const request = requestOf(model, flags);
  const share = shareOf(flags.shard);
  if (share && flags.queue !== undefined) {
    throw new UsageError('Give --shard or --queue: the workers of a queue share the shards out themselves.');
  }
  const progress = progressTo();
  await prepareTargets([{ kind: 'folder', path: request.flags.store }], {
    inputs: [...modelInputs(model, flags), request.flags.dataset],
    force: flags.force,
  });
  const inputs = await bulkInputs(request, progress);
  try {
    const { classifier, stream, files, options } = inputs;
    const asked = { ...options, ...withTimeLeft(progress) };
    const found =
      flags.queue === undefined
        ? await bulk(classifier, stream, files, { ...asked, share })
        : await bulkByQueue(classifier, stream, files, {
            ...{ ...asked, queue: flags.queue },
            request: wholePaths(
              request,
              namedDatasets.map(({ name }) => name),
            ),
          });
    await (flags.json === true ? printJson(found) : printWords(inWords(found)));
    if (found.interrupted) process.exitCode = interruptedStatus();
  } finally {
    progress.finish();
    await inputs.release();
    if (flags.queue !== undefined) endSoon();
  }
}

/** @throws UsageError where something that is needed is not there */
export function requestOf(model: string, flags: Flags): BulkRequest {
  const { dataset, store, method } = flags;
  if (dataset === undefined) {
    throw new UsageError(
      `Give the images: --dataset ${namedDatasets.map(({ name }) => name).join(', ')}, a folder, or an .npz file.`,
    );
  }
  if (method === undefined) throw new UsageError('Give one or more methods: --method deep-lift,occlusion, say.');
  if (store === undefined) throw new UsageError('Say where the maps go: --store OUT.zarr.');
  return { model, flags: { ...flags, dataset, store, method } };
}

/** @throws UsageError */
function shareOf(text: string | undefined): ShardShare | undefined {
  if (text === undefined) return undefined;
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (part !== undefined && of !== undefined && part >= 1 && part <= of) return { part, of };
  throw new UsageError(`--shard takes I/N with I from 1 to N, such as 3/8, not "${text}".`);
}

/** A bar says the time left itself; lines need it beside the rate. */
function withTimeLeft(progress: Progress): ReturnType<typeof workOptions> {
  const options = workOptions(progress);
  if (process.stderr.isTTY) return options;
  const left = timeLeft();
  return {
    ...options,
    progress(done, total, what) {
      const time = left(done, total);
      options.progress(done, total, time === undefined ? what : `${what}, ${time}`);
    },
  };
}

function inWords({ store, images, shards, done, made, earlier, problems = 0, interrupted }: BulkSummary): string {
  const what = `${counted(made, 'image', 'images')} explained${earlier > 0 ? `, ${earlier} were there already` : ''}.`;
  const amiss =
    problems > 0
      ? ` Of ${counted(problems, 'image', 'images')} something could not be done: the array "problem" says what.`
      : '';
  const whole = done === shards ? `all ${images} images` : `${done} of ${shards} shards`;
  const next = interrupted ? ' The same command goes on from here.' : '';
  return `${what}${amiss} ${store} has ${whole}.${next}\n`;
}
