import { KonkyoError } from '../konkyoError.ts';

/*
 * The command line itself: as it was given, and what its flags say. `flag` is a flag's name without its dashes, for the message.
 */

/** The command line itself is wrong: exit status 2. */
export class UsageError extends KonkyoError {
  readonly tag = 'usage';
}

/** The command as it was given, ready to be typed again. */
export function commandLine(): string {
  return ['konkyo', ...process.argv.slice(2)].map(quote).join(' ');
}

/** The word in quotes where a shell would split or change it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

interface NumberRange {
  readonly min: number;
  /** Default: none. */
  readonly max?: number;
}

/** @throws UsageError unless it is a finite number in the range, ends included. */
export function numberFlag(flag: string, text: string, { min, max = Number.POSITIVE_INFINITY }: NumberRange): number {
  const value = numberIn(text);
  if (value >= min && value <= max) return value;
  const range = max === Number.POSITIVE_INFINITY ? `from ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`--${flag} takes a number ${range}, not "${text}".`);
}

/** @throws UsageError unless it is a whole number of at least `min`. */
export function wholeFlag(flag: string, text: string, min: number): number {
  const value = numberIn(text);
  if (Number.isInteger(value) && value >= min) return value;
  throw new UsageError(`--${flag} takes a whole number from ${min}, not "${text}".`);
}

/** @throws UsageError unless it is above 0. */
export function positiveFlag(flag: string, text: string): number {
  const value = numberIn(text);
  if (value > 0) return value;
  throw new UsageError(`--${flag} takes a number above 0, not "${text}".`);
}

/** Not a number where the text is none, or infinite. */
function numberIn(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
