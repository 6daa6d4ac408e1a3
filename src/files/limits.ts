import { KonkyoError } from '../konkyoError.ts';

/** An environment variable that bounds memory or time has a value that is no such bound. */
export class LimitError extends KonkyoError {
  readonly tag = 'limit';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment variables; none in a browser. */
const environment = (): Environment => globalThis.process?.env ?? {};

const units: Readonly<Record<string, number>> = { '': 1, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 };

/** 2 GiB: what Node itself reads of one file, and 268 million pixels of a picture. */
const usualBytes = 2 ** 31;
const usualSeconds = 300;
export const mostSeconds = 1e6;

/**
 * The most bytes that one file may have or unpack to, and that the sizes written into a model may ask for:
 * KONKYO_MAX_MEMORY, a whole number of bytes or of KiB, MiB or GiB; 2 GiB by default.
 * @throws LimitError
 */
export function maxBytes(env: Environment = environment()): number {
  const text = env.KONKYO_MAX_MEMORY;
  if (text === undefined || text === '') return usualBytes;
  const [, digits, unit = ''] = /^(\d+)([A-Z]*)$/.exec(text.toUpperCase()) ?? [];
  const bytes = Number(digits) * (units[unit] ?? Number.NaN);
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw new LimitError(`KONKYO_MAX_MEMORY is a number of bytes, such as 4GiB or 500MiB, not "${text}".`);
}

/**
 * The seconds that one run of a model may take: KONKYO_TIME_LIMIT, 300 by default. Longer than any run of a model that does
 * end: batches are small.
 * @throws LimitError
 */
export function timeLimit(env: Environment = environment()): number {
  const text = env.KONKYO_TIME_LIMIT;
  if (text === undefined || text === '') return usualSeconds;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= mostSeconds) return seconds;
  throw new LimitError(`KONKYO_TIME_LIMIT is a number of seconds above 0 and up to ${mostSeconds}, not "${text}".`);
}

/** "2.0 GiB", for messages. */
export function inUnits(bytes: number): string {
  const [unit, size] = bytes >= 2 ** 30 ? ['GiB', 2 ** 30] : bytes >= 2 ** 20 ? ['MiB', 2 ** 20] : ['KiB', 2 ** 10];
  return bytes < 2 ** 10 ? `${bytes} bytes` : `${(bytes / size).toFixed(1)} ${unit}`;
}
