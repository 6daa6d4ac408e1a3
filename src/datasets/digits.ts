// Node only: reads the digits that ship with the package.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DIGITS_BYTES, type Digits, parseDigits } from './digitsFormat.ts';
import { DatasetFileError } from './errors.ts';

/** Beside `src/` and `dist/`, and as deep below either, so that both find it. */
const DIGITS_FILE = fileURLToPath(new URL('../../assets/digits.gz', import.meta.url));

/**
 * Real handwritten digits, 28x28, grey (ink bright): 8,000 for training and 2,000 for testing, with all classes in the
 * same proportion in both. Within each set classes alternate, so its first ten images are 0 to 9 in order.
 * @throws DatasetFileError if the file is missing or damaged.
 */
export async function loadDigits(): Promise<Digits> {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(await readFile(DIGITS_FILE), { maxOutputLength: DIGITS_BYTES });
  } catch (cause) {
    throw new DatasetFileError({
      where: DIGITS_FILE,
      what: 'the embedded digits are missing or damaged',
      nextStep: 'Install the package again (in a checkout: npm run make:digits)',
      cause,
    });
  }
  return parseDigits(bytes, DIGITS_FILE);
}
