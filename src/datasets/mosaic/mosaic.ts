import type { LabelledImages } from '../labelledImages.ts';

/*
 * A mosaic is a picture of several handwritten digits of random size on black, of which everything is known: each digit's
 * class, its box, and the pixels of its ink.
 */

/** Pixels, height and width of a mosaic. */
export const mosaicSide = 96;

/** A pixel is ink from a quarter of white on; what is darker is the soft edge of a stroke. */
export const inkFrom = 64;

/** In pixels from the upper left corner: columns x1 to x2 - 1, rows y1 to y2 - 1. */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A digit in a mosaic. */
export interface PlacedDigit {
  /** 0 to 9 */
  readonly digit: number;
  /** The number of its picture in the set of digits. */
  readonly source: number;
  /** The smallest that holds its ink. */
  readonly box: Box;
  /** The pixels of its box row by row: 1 for ink, 0 for none. */
  readonly ink: Uint8Array;
}

/** Mosaics with their digits, in the order in which they were placed. */
export interface Mosaics {
  /** [count, 96, 96, 1]; the label of a mosaic is the class of its largest digit, see `largestDigit`. */
  readonly images: LabelledImages;
  /** [count] */
  readonly digits: readonly (readonly PlacedDigit[])[];
}

/** Mosaics to learn from and others to test with. */
export interface MosaicDataset {
  readonly train: Mosaics;
  readonly test: Mosaics;
}
