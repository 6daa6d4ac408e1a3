import type { Method } from '../attribution/method.ts';
import { listHash } from '../bulk/bulkImages.ts';
import { BulkSettingsError } from '../bulk/errors.ts';
import { type BulkTarget, type BulkTask, storeForm } from '../bulk/explainShard.ts';
import { methodIdentity, storeFormat } from '../bulk/identity.ts';
import { keptMethods } from '../bulk/keptMethods.ts';
import { runShards, type ShardShare, type ShardWork } from '../bulk/runShards.ts';
import { makeStore } from '../bulk/store.ts';
import type { StoreFiles } from '../bulk/storeFiles.ts';
import type { ImageStream } from '../datasets/imageStream.ts';
import type { Check } from '../faithfulness/check.ts';
import type { Classifier } from '../model/classifier.ts';
import { picturesOnly } from '../model/picturesOnly.ts';
import type { WorkOptions } from '../progress.ts';
import { type Releasable, together } from '../runtime/release.ts';
import { version } from '../version.ts';

/** By what the images of a data set are explained, and which of them by this process. */
export interface BulkOptions extends WorkOptions {
  readonly methods: readonly Method[];
  /** Names of what methods are given that is no number: other ones are another run. */
  readonly resources?: Readonly<Record<string, string>>;
  /** The class whose score is explained. Default: the one that the model decides for. */
  readonly target?: BulkTarget;
  /** Of every map; each costs runs of the model. Default: none, but for the sums that methods give themselves. */
  readonly checks?: readonly Check[];
  /** Of checks that draw. Default 0. */
  readonly seed?: number;
  /** Images of a shard. Default: full batches, as many as make maps of 64 MB, 1,024 at most. */
  readonly shardSize?: number;
  /** Default: all shards. */
  readonly share?: ShardShare;
}

/** What a bulk run did. */
export interface BulkSummary {
  readonly store: string;
  readonly images: number;
  readonly shards: number;
  /** Shards that are there now; all of them, unless other processes make some or a signal came. */
  readonly done: number;
  /** Images of the shards of this process that were there already, and that it made. */
  readonly earlier: number;
  readonly made: number;
  /** Of those made, the ones that something was amiss with: see the store's array `problem`. Not known where others made them. */
  readonly problems?: number;
  readonly interrupted: boolean;
}

/**
 * Explains the images of a data set into a store of maps, a shard of images at a time; run again, it goes on after the shards that
 * are there. Images that cannot be read or explained are noted in the store. Memory holds a shard's images and maps, however many
 * images there are. Several processes may work on one store at once, each on a share, or on the same.
 * @throws StoreMismatchError where the store was made of something else; ImagesChangedError; StoreWriteError; StoreFormatError;
 *   BulkSettingsError; what explaining the model throws
 */
export async function bulk(
  classifier: Classifier,
  stream: ImageStream,
  files: StoreFiles,
  options: BulkOptions,
): Promise<BulkSummary> {
  const { share = { part: 1, of: 1 }, signal } = options;
  const work = await openBulk(classifier, stream, files, options);
  try {
    const done = await runShards(work, share, options);
    await files.tidy();
    return {
      ...done,
      store: files.name,
      images: stream.count,
      shards: work.store.shards,
      done: (await work.store.done()).size,
      interrupted: signal?.aborted === true,
    };
  } finally {
    await work.release();
  }
}

/** Makes all ready to make shards of a store: it is made, or found to be of the same. @throws as `bulk` */
export async function openBulk(
  classifier: Classifier,
  stream: ImageStream,
  files: StoreFiles,
  options: Omit<BulkOptions, 'share'>,
): Promise<ShardWork & Releasable> {
  const {
    target = 'predicted',
    checks = [],
    seed = 0,
    shardSize = usualShardSize(classifier, options.methods),
  } = options;
  picturesOnly(classifier.input, 'Bulk runs are');
  if (options.methods.length === 0) throw new BulkSettingsError('There are no methods: give one or more.');
  if (stream.count === 0) throw new BulkSettingsError(`${stream.name} has no images: give a data set that has some.`);
  return together(async (keep) => {
    const { methods } = await keep(keptMethods(classifier, options.methods));
    const task: BulkTask = { classifier, methods, target, checks, seed };
    const { sha256, output, scores, input, batchSize, runtime } = classifier;
    const identity = {
      format: storeFormat,
      konkyo: version,
      runtime: runtime.name,
      model: { sha256, output, scores: scores.name, input, batchSize },
      methods: methods.map(methodIdentity),
      resources: options.resources ?? {},
      target: String(target),
      checks: checks.map(({ id }) => id),
      seed,
      images: {
        name: stream.name,
        count: stream.count,
        classNames: stream.classNames,
        list: await listHash(stream),
      },
      shardSize,
    } as const;
    const form = await storeForm(task);
    await files.tidy();
    return { task, stream, store: await makeStore(files, { identity, form }) };
  });
}

const shardBytes = 64e6;
const mostOfShard = 1024;

/** Depends on the model and the methods alone, so that every process has the same shards. */
function usualShardSize({ input, batchSize }: Classifier, { length }: readonly Method[]): number {
  const bytes = 4 * input.height * input.width * input.channels * (length + 1);
  const fitting = Math.max(1, Math.min(mostOfShard, Math.floor(shardBytes / bytes)));
  return fitting > batchSize ? fitting - (fitting % batchSize) : fitting;
}
