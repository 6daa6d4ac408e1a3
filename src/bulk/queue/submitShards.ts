import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { sha256 } from '../../model/identity.ts';
import type { WorkOptions } from '../../progress.ts';
import { rateOf } from '../runShards.ts';
import { type BulkStore, imagesOf } from '../store.ts';
import { openRedis, placeOf, QueueError, type QueuePackages, queuePackages } from './redis.ts';
import { jobId, jobOptions, queueName, requestKey, requestSeconds, type ShardJob } from './shardJob.ts';

export interface SubmitOptions extends WorkOptions {
  /** What workers open the run by: plain data. */
  readonly request: unknown;
  /** How often the store and the queue are looked at. Default 1,000. */
  readonly pollMilliseconds?: number;
  /** Give up after Redis was away for so long. Default 10 minutes. */
  readonly patienceMilliseconds?: number;
}

/** A shard that was given up, and why. */
export interface DeadLetter {
  readonly shard: number;
  readonly reason: string;
}

export interface Submitted {
  /** Shards that are there now. */
  readonly done: number;
  readonly dead: readonly DeadLetter[];
  readonly interrupted: boolean;
}

/**
 * Puts the shards that a store lacks into a queue, and waits until workers have made them. Shards that were given up in an earlier
 * run are tried again. What is in the queue is held against the store: if Redis loses its jobs, they are put there again.
 * @throws QueueError
 */
export async function submitShards(url: string, store: BulkStore, options: SubmitOptions): Promise<Submitted> {
  const packages = await queuePackages();
  const redis = await openRedis(packages, url);
  const queue = new packages.Queue<ShardJob>(queueName, { connection: redis, defaultJobOptions: jobOptions });
  queue.on('error', () => {});
  try {
    return await watch({ packages, redis, queue, store, run: await runId(store), place: placeOf(url) }, options);
  } finally {
    // Where Redis is away BullMQ would wait for it.
    await Promise.race([queue.close(), pause(5000, undefined)]);
    redis.disconnect();
  }
}

interface Submission {
  readonly packages: QueuePackages;
  readonly redis: Redis;
  readonly queue: Queue<ShardJob>;
  readonly store: BulkStore;
  readonly run: string;
  readonly place: string;
}

/** What tells one run's jobs from another's: what is made, and where. */
async function runId({ identity, files }: BulkStore): Promise<string> {
  return (await sha256(new TextEncoder().encode(JSON.stringify([files.name, identity])))).slice(0, 16);
}

async function watch(submission: Submission, options: SubmitOptions): Promise<Submitted> {
  const { store } = submission;
  const { progress, signal, pollMilliseconds = 1000 } = options;
  const patient = patience(submission, options);
  await patient(() => retryDead(submission));
  const rate = rateOf();
  const count = (shards: ReadonlySet<number>) =>
    [...shards].reduce((sum, shard) => sum + imagesOf(store.identity, shard), 0);
  const total = store.identity.images.count;
  const earlier = count(await store.done());
  let shown = -1;
  for (;;) {
    const done = await store.done();
    const images = count(done);
    if (images !== shown) progress?.(images, total, `images${rate(images - earlier)}`);
    shown = images;
    const missing = Array.from({ length: store.shards }, (_, shard) => shard).filter((shard) => !done.has(shard));
    if (missing.length === 0) return { done: done.size, dead: [], interrupted: false };
    if (signal?.aborted) return { done: done.size, dead: [], interrupted: true };
    const dead = await patient(() => deadOf(submission, done));
    if (dead.length === missing.length) return { done: done.size, dead, interrupted: false };
    await patient(() => refill(submission, missing, dead.length, options.request));
    await pause(pollMilliseconds, signal);
  }
}

/** Puts shards into the queue where it has fewer jobs than shards are missing. */
async function refill(
  { redis, queue, run }: Submission,
  missing: readonly number[],
  dead: number,
  request: unknown,
): Promise<void> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
  const queued = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (queued >= missing.length - dead) return;
  await redis.set(requestKey(run), JSON.stringify(request), 'EX', requestSeconds);
  const atATime = 1000;
  for (let from = 0; from < missing.length; from += atATime) {
    await queue.addBulk(
      missing.slice(from, from + atATime).map((shard) => {
        const data = { run, shard };
        return { name: 'shard', data, opts: { jobId: jobId(data) } };
      }),
    );
  }
}

async function failedOf({ queue, run }: Submission): Promise<readonly Job<ShardJob>[]> {
  const failed = await queue.getFailed(0, -1);
  return failed.filter((job) => job?.data.run === run);
}

async function deadOf(submission: Submission, done: ReadonlySet<number>): Promise<readonly DeadLetter[]> {
  const failed = await failedOf(submission);
  return failed.flatMap(({ data: { shard }, failedReason: reason }) => (done.has(shard) ? [] : [{ shard, reason }]));
}

async function retryDead(submission: Submission): Promise<void> {
  for (const job of await failedOf(submission)) await job.remove();
}

/** Asks Redis, and waits while it is away: BullMQ would wait for ever. @throws QueueError once it is too long */
function patience(
  { redis, place }: Submission,
  { message, signal, patienceMilliseconds = 600_000 }: SubmitOptions,
): <T>(ask: () => Promise<T>) => Promise<T> {
  return async (ask) => {
    const asked = ask();
    const start = performance.now();
    let isSaid = false;
    for (;;) {
      const answer = await Promise.race([asked.then((value) => ({ value })), pause(1000, signal)]);
      if (answer) return answer.value;
      if (redis.status === 'ready') continue;
      if (!isSaid) message?.(`Redis at ${place} is away: waiting for it. What is done is in the store.`);
      isSaid = true;
      if (performance.now() - start < patienceMilliseconds && !signal?.aborted) continue;
      asked.catch(() => {});
      throw new QueueError(
        `Redis at ${place} is away. What is done is in the store: start Redis, and run the same again.`,
      );
    }
  };
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<undefined> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve(undefined);
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
  });
}
