// Node only: reads the digits that ship with the package.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Dataset } from './dataset.ts';
import { LabelledImagesError, readingFrom } from './errors.ts';
import { type LabelledImages, labelledImages } from './labelledImages.ts';

/** The first 10,000 training images of MNIST: 10,000 label bytes, then 10,000 images of 28x28 bytes. */
export const DIGITS_COUNT = 10_000;
/** How many images are for training; those after them are for testing. */
export const DIGITS_TRAINING_COUNT = 8_000;
export const DIGITS_SIDE = 28;
/** Bytes of labels and images together, decompressed. */
export const DIGITS_BYTES = DIGITS_COUNT * (1 + DIGITS_SIDE * DIGITS_SIDE);

/**
 * The embedded digits as data sets, as views into the (decompressed) bytes.
 * @param where names the bytes in errors.
 * @throws LabelledImagesError if there are not as many bytes as the digits have, or a label is none.
 */
export function parseDigits(bytes: Uint8Array, where = 'embedded digits'): Dataset {
  const size = DIGITS_SIDE * DIGITS_SIDE;
  if (bytes.length !== DIGITS_BYTES) {
    throw new LabelledImagesError({
      where,
      what: `the embedded digits have ${bytes.length} bytes instead of ${DIGITS_BYTES}`,
      nextStep: 'Install the package again',
    });
  }
  const images = bytes.subarray(DIGITS_COUNT);
  const part = (name: string, start: number, end: number): LabelledImages =>
    labelledImages({
      name,
      labels: bytes.subarray(start, end),
      images: images.subarray(start * size, end * size),
      height: DIGITS_SIDE,
      width: DIGITS_SIDE,
      channels: 1,
      classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    });
  return {
    train: part('digits (training)', 0, DIGITS_TRAINING_COUNT),
    test: part('digits (test)', DIGITS_TRAINING_COUNT, DIGITS_COUNT),
  };
}

/** Beside `src/` and `dist/`, and as deep below either, so that both find it. */
const DIGITS_FILE = fileURLToPath(new URL('../../assets/digits.gz', import.meta.url));

/**
 * Real handwritten digits, 28x28, grey (ink bright): 8,000 for training and 2,000 for testing, with all classes in the
 * same proportion in both. Within each set classes alternate, so its first ten images are 0 to 9 in order.
 * @throws DatasetFileError if the file is missing or damaged.
 */
export async function loadDigits(): Promise<Dataset> {
  const nextStep = 'Install the package again (in a checkout: npm run make:digits)';
  const failure = { what: () => 'the embedded digits are missing or damaged', nextStep };
  const bytes = await readingFrom(DIGITS_FILE, failure, async (path) =>
    gunzipSync(await readFile(path), { maxOutputLength: DIGITS_BYTES }),
  );
  return parseDigits(bytes, DIGITS_FILE);
}
