import { ArgumentError } from '../../argumentError.ts';
import { type Box, mosaicSide, type PlacedDigit } from './mosaic.ts';

/* What is true of a mosaic: the answers that networks learn, and the pixels that an answer is about. */

type Digits = readonly PlacedDigit[];

/** The sum of the digits. */
export function sumOf(digits: Digits): number {
  return digits.reduce((sum, { digit }) => sum + digit, 0);
}

/** [10]: 1 for each class that is there, 0 for the others. */
export function labelsOf(digits: Digits): Float32Array {
  const labels = new Float32Array(10);
  for (const { digit } of digits) labels[digit] = 1;
  return labels;
}

/** [96, 96]: 0 for the background, 1 + the digit where there is ink. */
export function classOfEachPixel(digits: Digits): Uint8Array {
  const classes = new Uint8Array(mosaicSide * mosaicSide);
  for (const digit of digits) {
    for (const pixel of inkPixels(digit)) classes[pixel] = 1 + digit.digit;
  }
  return classes;
}

/** [96, 96]: 1 for the ink of these digits, 0 elsewhere. */
export function inkMask(digits: Digits): Uint8Array {
  return classOfEachPixel(digits).map((found) => (found === 0 ? 0 : 1));
}

/** The digit with the largest box; of two the first. @throws ArgumentError where there is none */
export function largestDigit(digits: Digits): PlacedDigit {
  const [first, ...others] = digits;
  if (!first) throw new ArgumentError('A mosaic without digits has no largest one.');
  return others.reduce((most, other) => (areaOf(other.box) > areaOf(most.box) ? other : most), first);
}

export function areaOf({ x1, y1, x2, y2 }: Box): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}

function inkPixels({ box, ink }: PlacedDigit): number[] {
  const width = box.x2 - box.x1;
  return [...ink.keys()].flatMap((i) =>
    ink[i] === 1 ? [(box.y1 + Math.floor(i / width)) * mosaicSide + box.x1 + (i % width)] : [],
  );
}
