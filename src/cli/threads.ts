import { UsageError } from './usageError.ts';

/** The runtime option for --threads. */
export function threadCount(flag: string | undefined): { readonly threads?: number } {
  if (flag === undefined) return {};
  const threads = Number(flag);
  if (!Number.isInteger(threads) || threads < 1)
    throw new UsageError(`--threads takes a whole number from 1, not "${flag}".`);
  return { threads };
}
