import { availableParallelism } from 'node:os';
import { UsageError } from './usageError.ts';

/** Beyond the machine's processors threads only wait for each other; each session has as many. */
const most = Math.max(64, availableParallelism());

/** The runtime option for --threads. @throws UsageError */
export function threadCount(flag: string | undefined): { readonly threads?: number } {
  if (flag === undefined) return {};
  const threads = flag.trim() === '' ? Number.NaN : Number(flag);
  if (!Number.isInteger(threads) || threads < 1 || threads > most)
    throw new UsageError(`--threads takes a whole number from 1 to ${most}, not "${flag}".`);
  return { threads };
}
