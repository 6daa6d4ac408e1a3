import * as v from 'valibot';
import { issueWords } from '../../issueWords.ts';
import { isKonkyoError } from '../../konkyoError.ts';
import type { WorkOptions } from '../../progress.ts';
import type { Releasable } from '../../runtime/release.ts';
import { makeShard, type ShardWork } from '../runShards.ts';
import { shardRange } from '../store.ts';
import { openRedis, QueueError, queuePackages } from './redis.ts';
import { queueName, requestKey, type ShardJob, shardJobSchema } from './shardJob.ts';

/** How a worker opens what it is to make, and when it ends. */
export interface WorkShardsOptions extends Pick<WorkOptions, 'message' | 'signal'> {
  /** Opens a run by what was submitted. */
  readonly open: (request: unknown) => Promise<ShardWork & Releasable>;
  /** End once nothing came for so long. Default: never. */
  readonly idleMilliseconds?: number;
  /** A job whose worker does not answer for so long is given to another. Default 60,000. */
  readonly lockMilliseconds?: number;
}

/** Shards and images that a worker made. */
export interface WorkedShards {
  readonly shards: number;
  readonly images: number;
}

/** Errors that trying again would not mend. */
const lasting: readonly string[] = [
  'store-mismatch',
  'images-changed',
  'store-format',
  'bulk-settings',
  'usage',
  'file',
];
/** A job may lose so many workers before it is given up: perhaps it ends them itself. */
const mostStalls = 5;
/** Seconds. */
const mostToClose = 5;

/**
 * Makes shards that a queue has, one at a time, until the signal comes; the shard under way is finished first. A shard may come twice:
 * the second time it is found to be there.
 * @throws QueueError
 */
export async function workShards(url: string, options: WorkShardsOptions): Promise<WorkedShards> {
  const { message, signal, idleMilliseconds = Number.POSITIVE_INFINITY, lockMilliseconds = 60_000 } = options;
  const packages = await queuePackages();
  const redis = await openRedis(packages, url);
  const runs = runsOf(options.open, async (run) => redis.get(requestKey(run)));
  let [shards, images, busy, last] = [0, 0, false, performance.now()];
  const work = async (data: ShardJob): Promise<void> => {
    const opened = await runs.of(data.run);
    const problems = await makeShard(opened, data.shard);
    if (problems === undefined) return;
    const { from, to } = shardRange(opened.store.identity, data.shard);
    shards += 1;
    images += to - from;
    message?.(`Shard ${data.shard} of ${opened.store.files.name}: images ${from} to ${to - 1}.`);
  };
  const worker = new packages.Worker<ShardJob>(
    queueName,
    async ({ data }) => {
      busy = true;
      try {
        const job = v.safeParse(shardJobSchema, data);
        if (!job.success)
          throw new QueueError(`This is no job of konkyo: ${issueWords(job.issues[0])}. Remove it from the queue.`);
        await work(job.output);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        message?.(`Shard ${data.shard}: ${error.message}`);
        const isLasting = isKonkyoError(error) && lasting.includes(error.tag);
        throw isLasting ? new packages.UnrecoverableError(error.message) : error;
      } finally {
        busy = false;
        last = performance.now();
      }
    },
    {
      ...{ connection: redis, concurrency: 1, maxStalledCount: mostStalls },
      ...{ lockDuration: lockMilliseconds, stalledInterval: lockMilliseconds / 2 },
    },
  );
  // Redis is sought again; a lock that was lost meanwhile means that another worker makes the same shard.
  worker.on('error', ({ message: why }) => message?.(`The queue: ${why}`));
  try {
    await until(() => signal?.aborted === true || (!busy && performance.now() - last > idleMilliseconds));
  } finally {
    // No further job; the one under way ends.
    await worker.pause(true);
    await until(() => !busy);
    // Where Redis is away BullMQ would wait for it.
    await Promise.race([worker.close(), seconds(mostToClose)]);
    redis.disconnect();
    await runs.release();
  }
  return { shards, images };
}

/** The run that a worker has open: another one takes its place. */
function runsOf(open: WorkShardsOptions['open'], requestOf: (run: string) => Promise<string | null>) {
  let current: { readonly run: string; readonly work: ShardWork & Releasable } | undefined;
  const release = async () => {
    const { work } = current ?? {};
    current = undefined;
    await work?.release();
  };
  return {
    async of(run: string): Promise<ShardWork> {
      if (current?.run === run) return current.work;
      await release();
      const request = await requestOf(run);
      if (request === null) throw new QueueError('Redis has lost what the run is of: submit it again.');
      current = { run, work: await open(JSON.parse(request)) };
      return current.work;
    },
    release,
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await seconds(0.1);
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * count));
}
