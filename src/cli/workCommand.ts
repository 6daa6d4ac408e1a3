import type { Command } from 'commander';
import * as v from 'valibot';
import { QueueError } from '../bulk/queue/redis.ts';
import { workShards } from '../bulk/queue/workShards.ts';
import { issueWords } from '../issueWords.ts';
import { counted } from '../language/english/numbers.ts';
import { openBulkRun } from './bulkRun.ts';
import { positiveFlag, UsageError } from './flags.ts';
import { interruption } from './interruption.ts';
import { progressTo } from './progress.ts';
import { printWords } from './streams.ts';

interface Flags {
  readonly queue?: string;
  readonly threads?: string;
  readonly device?: string;
  readonly idle?: string;
  readonly lock: string;
}

/** What "konkyo bulk --queue" puts into Redis. */
const requestSchema = v.object({
  model: v.string(),
  flags: v.looseObject({ dataset: v.string(), store: v.string(), method: v.string() }),
});

export function addWorkCommand(program: Command): void {
  program
    .command('work')
    .description('make shards that "konkyo bulk --queue" has put into a queue, on as many machines as there are')
    .option('--queue <url>', 'where the queue is: redis://:PASSWORD@HOST:PORT')
    .option('--threads <n>', 'threads (default: those that were asked for, or all)')
    .option('--device <device>', 'what computes (default: what was asked for)')
    .option('--idle <seconds>', 'end once nothing came for so long (default: never)')
    .option('--lock <seconds>', 'a shard whose worker does not answer for so long is given to another', '60')
    .action(run);
}

async function run({ queue, idle, lock, threads, device }: Flags): Promise<void> {
  if (queue === undefined) throw new UsageError('Say where the queue is: --queue redis://HOST:PORT.');
  const progress = progressTo();
  const own = { ...(threads === undefined ? {} : { threads }), ...(device === undefined ? {} : { device }) };
  const { shards, images } = await workShards(queue, {
    message: progress.message,
    signal: interruption,
    idleMilliseconds: idle === undefined ? undefined : 1000 * positiveFlag('idle', idle),
    lockMilliseconds: 1000 * positiveFlag('lock', lock),
    open(request) {
      const found = v.safeParse(requestSchema, request);
      if (!found.success) throw new QueueError(notOurs(issueWords(found.issues[0])));
      const { model, flags } = found.output;
      return openBulkRun({ model, flags: { ...flags, ...own } }, progress);
    },
  });
  await printWords(`${counted(shards, 'shard', 'shards')} made, ${counted(images, 'image', 'images')}.\n`);
  endSoon();
}

function notOurs(why: string): string {
  return `What the queue has is no request of this version of konkyo: ${why}. Use the same version on both sides.`;
}

/** BullMQ may keep a connection that waits for a Redis that went away, and with it the process. */
export function endSoon(): void {
  setTimeout(() => process.exit(), 1000).unref();
}
