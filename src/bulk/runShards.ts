import type { ImageStream } from '../datasets/imageStream.ts';
import type { WorkOptions } from '../progress.ts';
import { checkUnchanged, readShard } from './bulkImages.ts';
import { StoreFormatError } from './errors.ts';
import { type BulkTask, explainShard } from './explainShard.ts';
import { type BulkStore, imagesOf, shardRange } from './store.ts';

/** What a shard is made of. */
export interface ShardWork {
  readonly task: BulkTask;
  readonly stream: ImageStream;
  readonly store: BulkStore;
}

/** Which of so many equal shares of the shards a process makes: `part` of `of`, counted from 1. */
export interface ShardShare {
  readonly part: number;
  readonly of: number;
}

export interface ShardsDone {
  /** Images of the shards that were there already, and of those that were made now. */
  readonly earlier: number;
  readonly made: number;
  /** Of those made now, the ones that something was amiss with. */
  readonly problems: number;
}

/** A shard that is explained, and how it is put into the store. */
interface ExplainedShard {
  /** Images that something was amiss with. */
  readonly problems: number;
  write(): Promise<void>;
}

/**
 * Makes one shard, whole, unless it is there: then its images are held against the hashes in the store.
 * @returns how many images something was amiss with; nothing where the shard was there.
 * @throws ImagesChangedError, StoreWriteError, and what explaining throws
 */
export async function makeShard(work: ShardWork, shard: number): Promise<number | undefined> {
  const explained = await shardFor(work, shard);
  await explained?.write();
  return explained?.problems;
}

async function shardFor({ task, stream, store }: ShardWork, shard: number): Promise<ExplainedShard | undefined> {
  const range = shardRange(store.identity, shard);
  if (await store.has(shard)) {
    const hashes = await store.read('sha256', shard);
    if (!(hashes instanceof Uint8Array)) {
      throw new StoreFormatError(`${store.files.name}: sha256 has no bytes. Make a new store.`);
    }
    await checkUnchanged(stream, range, hashes, store.files.name);
    return undefined;
  }
  const images = await readShard(stream, range, task.classifier.input);
  const data = await explainShard(task, images, store);
  const problems = Array.from<unknown>(data.get('problem') ?? []).filter((problem) => problem !== '').length;
  return { problems, write: () => store.write(shard, data) };
}

/** The shards of a share: every `of`-th. */
export function shardsOf({ part, of }: ShardShare, shards: number): readonly number[] {
  const own = shards - part + 1;
  return Array.from({ length: Math.max(0, Math.ceil(own / of)) }, (_, i) => part - 1 + i * of);
}

/**
 * Makes the shards of a share one after the other; while one is flushed to the disk, the next is explained. A signal ends it after the
 * shard under way.
 * @throws as `makeShard`
 */
export async function runShards(
  work: ShardWork,
  share: ShardShare,
  { progress, signal }: WorkOptions,
): Promise<ShardsDone> {
  const { identity, shards } = work.store;
  const own = shardsOf(share, shards);
  const sizeOf = (shard: number) => imagesOf(identity, shard);
  const total = own.reduce((sum, shard) => sum + sizeOf(shard), 0);
  const rate = rateOf();
  let [earlier, made, problems] = [0, 0, 0];
  let writing = Promise.resolve();
  try {
    for (const shard of own) {
      if (signal?.aborted) break;
      progress?.(earlier + made, total, `images${rate(made)}`);
      const explained = await shardFor(work, shard);
      if (explained === undefined) {
        earlier += sizeOf(shard);
        continue;
      }
      await writing;
      writing = explained.write();
      // Whoever awaits it next is told; until then it is no unhandled rejection.
      writing.catch(() => {});
      made += sizeOf(shard);
      problems += explained.problems;
    }
  } finally {
    await writing;
  }
  if (!signal?.aborted) progress?.(total, total, 'done');
  return { earlier, made, problems };
}

/** How many images a second were made since it was called first, in words; nothing to say before there are some. */
export function rateOf(now: () => number = () => performance.now()): (made: number) => string {
  let start: number | undefined;
  return (made) => {
    start ??= now();
    const seconds = (now() - start) / 1000;
    if (made === 0 || seconds === 0) return '';
    const rate = made / seconds;
    return `, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second`;
  };
}
