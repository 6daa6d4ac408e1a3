import type { Redis } from 'ioredis';
import { KonkyoError } from '../../konkyoError.ts';

/** The queue cannot be reached or used, or shards were given up. */
export class QueueError extends KonkyoError {
  readonly tag = 'queue';
}

/** The two packages that only queues need; whoever uses one installs them. */
export type QueuePackages = typeof import('bullmq') & { readonly Redis: typeof Redis };

/** @throws QueueError where they are not installed */
export async function queuePackages(): Promise<QueuePackages> {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { ...bullmq, Redis: ioredis.Redis };
  } catch (cause) {
    throw new QueueError(
      'A queue takes the packages bullmq and ioredis, which are not installed beside konkyo: npm install bullmq ioredis.',
      { cause },
    );
  }
}

const connectMilliseconds = 10_000;

/**
 * A connection to Redis, which is known to take commands; when it is lost later it is sought again, until `close`.
 * @param url redis://[user:password@]host[:port][/database], or rediss:// for TLS
 * @throws QueueError that says whether nothing is there, or the password is wrong; it does not repeat the password
 */
export async function openRedis({ Redis }: QueuePackages, url: string): Promise<Redis> {
  const place = placeOf(url);
  const first = new Redis(url, {
    ...{ lazyConnect: true, retryStrategy: () => null, connectTimeout: connectMilliseconds, maxRetriesPerRequest: 0 },
  });
  let reason: Error | undefined;
  first.on('error', (error: Error) => {
    reason ??= error;
  });
  try {
    await first.connect();
    await first.ping();
  } catch (error) {
    throw unreachable(place, reason ?? error);
  } finally {
    first.disconnect();
  }
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(200 * times, 2000) });
  // Whoever asks something of it waits; without a listener ioredis prints on its own.
  redis.on('error', () => {});
  return redis;
}

/** Where it is, without user and password. @throws QueueError for what is no such address */
export function placeOf(url: string): string {
  const found = URL.canParse(url) ? new URL(url) : undefined;
  if (found === undefined || !['redis:', 'rediss:'].includes(found.protocol) || found.hostname === '') {
    throw new QueueError('A queue is given as redis://HOST:PORT or redis://:PASSWORD@HOST:PORT.');
  }
  return `${found.hostname}:${found.port === '' ? '6379' : found.port}`;
}

function unreachable(place: string, cause: unknown): QueueError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (/WRONGPASS|NOAUTH|invalid password/i.test(why)) {
    return new QueueError(
      `Redis at ${place} does not take this user and password. Give them in the address: redis://:PASSWORD@${place}.`,
      { cause },
    );
  }
  return new QueueError(`Redis at ${place} cannot be reached: ${why}. See that it runs there and takes connections.`, {
    cause,
  });
}
