import { UnsuitableModelError } from './errors.ts';
import type { InputDescription } from './inputDescription.ts';

/**
 * Refuses signals and tables where something is about pixels and their range.
 * @param what the beginning of a sentence: `Non-contributing pixels are`.
 * @throws UnsuitableModelError
 */
export function picturesOnly({ numbers }: InputDescription, what: string): void {
  if (!numbers) return;
  throw new UnsuitableModelError(
    `${what} of pictures, whose pixels are known to go from 0 to 255; the model takes ${numbers.kind}s. If they are pictures, say --kind image.`,
  );
}
