import { QueueError } from '../bulk/queue/redis.ts';
import { type DeadLetter, type SubmitOptions, submitShards } from '../bulk/queue/submitShards.ts';
import { type BulkStore, imagesOf } from '../bulk/store.ts';
import type { StoreFiles } from '../bulk/storeFiles.ts';
import type { ImageStream } from '../datasets/imageStream.ts';
import type { Classifier } from '../model/classifier.ts';
import { type BulkOptions, type BulkSummary, openBulk } from './bulk.ts';

/* Apart from bulk.ts, so that nobody who bundles that has to have the packages of queues. */

/** The same of a run whose shards others make. */
export interface QueuedBulkOptions extends Omit<BulkOptions, 'share'>, Pick<SubmitOptions, 'request'> {
  /** redis://[:password@]host[:port] */
  readonly queue: string;
}

/**
 * Explains a data set as `bulk` does, but the shards are made by others, who take them from a queue (`workShards`): it ends when all are
 * there or given up. The model is opened to make the store, and explains nothing here.
 * @throws QueueError, also where shards were given up; else as `bulk`
 */
export async function bulkByQueue(
  classifier: Classifier,
  stream: ImageStream,
  files: StoreFiles,
  { queue, request, ...options }: QueuedBulkOptions,
): Promise<BulkSummary> {
  const { store, release } = await openBulk(classifier, stream, files, options);
  await release();
  const earlier = imagesIn(store, await store.done());
  const { done, dead, interrupted } = await submitShards(queue, store, { ...options, request });
  if (dead.length > 0) throw givenUp(store, dead);
  await files.tidy();
  const made = imagesIn(store, await store.done()) - earlier;
  return { store: files.name, images: stream.count, shards: store.shards, done, earlier, made, interrupted };
}

function imagesIn({ identity }: BulkStore, shards: ReadonlySet<number>): number {
  return [...shards].reduce((sum, shard) => sum + imagesOf(identity, shard), 0);
}

const mostReasons = 5;

function givenUp({ files, shards }: BulkStore, dead: readonly DeadLetter[]): QueueError {
  const reasons = dead.slice(0, mostReasons).map(({ shard, reason }) => `shard ${shard}: ${reason}`);
  const more = dead.length > mostReasons ? `; and ${dead.length - mostReasons} more` : '';
  return new QueueError(
    `${dead.length} of ${shards} shards of ${files.name} were given up: ${reasons.join('; ')}${more}. Mend what they say, and run the same again: they are tried anew.`,
  );
}
