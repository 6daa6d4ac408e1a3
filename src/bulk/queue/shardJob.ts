import type { DefaultJobOptions } from 'bullmq';
import * as v from 'valibot';

/* What submitting and working sides agree on. The truth is in the store: a queue that is lost is filled again from it. */

/** One queue for all runs: any worker takes any shard. */
export const queueName = 'konkyo-bulk';

/** A job is one shard of a run. */
export interface ShardJob {
  readonly run: string;
  readonly shard: number;
}

export const shardJobSchema = v.object({ run: v.string(), shard: v.pipe(v.number(), v.integer(), v.minValue(0)) });

/** Of a run and a shard always the same, so that a job that is in the queue is not added again. */
export function jobId({ run, shard }: ShardJob): string {
  return `${run}-${shard}`;
}

/** Where it stands in Redis what a run is of, once for all its jobs. */
export function requestKey(run: string): string {
  return `konkyo:bulk:${run}`;
}

/** A request is kept so long after it was last submitted. */
export const requestSeconds = 30 * 24 * 60 * 60;

/** What is done is removed: the store has it. What was given up stays, with the reason. */
export const jobOptions: DefaultJobOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2000 },
  removeOnComplete: true,
  removeOnFail: false,
};
