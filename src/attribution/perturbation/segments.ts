import { type InputDescription, imageDims } from '../../model/inputDescription.ts';
import { MethodOptionError, SegmentsError } from '../errors.ts';
import type { MethodOption } from '../options.ts';

/** The parts of an image that are shown and hidden as wholes. */
export interface Segments {
  /** How many there are. */
  readonly count: number;
  /** For each pixel, row by row, which it belongs to: 0 to count - 1. */
  readonly labels: Int32Array;
}

/** Segments that are given. */
export interface SegmentSource {
  /** For reports: the file. */
  readonly name: string;
  readonly read: () => Promise<SegmentImage>;
}

/** Any whole number for each pixel; pixels of equal numbers are one segment. */
export interface SegmentImage {
  readonly height: number;
  readonly width: number;
  /** Row by row; a negative number says that the pixel belongs to no segment. */
  readonly labels: ArrayLike<number>;
}

/** Where a method's segments come from: a label image, or a grid. */
export interface SegmentChoice {
  readonly segments?: SegmentSource;
}

export const gridOption: MethodOption = {
  about: 'cells along each side of the image, each of them a segment, where no --segments are given',
  default: 7,
  whole: true,
  min: 1,
};

/** For a method's settings. */
export function segmentSettings(
  grid: number,
  { segments }: SegmentChoice,
): { readonly [name: string]: number | string } {
  return segments ? { segments: segments.name } : { grid };
}

/**
 * The segments of a model's images.
 * @throws MethodOptionError for a grid finer than the image; SegmentsError for a label image that does not cover it.
 */
export async function segmentsFor(
  input: InputDescription,
  grid: number,
  { segments }: SegmentChoice,
): Promise<Segments> {
  return segments ? fromImage(segments.name, await segments.read(), input) : gridSegments(input, grid);
}

/**
 * `grid` x `grid` cells that differ by one pixel in height and width at most; along a signal, as many. Each feature of a table is
 * a segment.
 */
function gridSegments({ height, width, numbers }: InputDescription, grid: number): Segments {
  if (numbers) {
    const count = numbers.kind === 'table' ? width : Math.min(width, grid * grid);
    return { count, labels: Int32Array.from({ length: width }, (_, at) => Math.floor((at * count) / width)) };
  }
  if (grid > Math.min(height, width)) {
    throw new MethodOptionError(
      `A grid of ${grid} x ${grid} cells is finer than the image of ${height} x ${width} pixels.`,
    );
  }
  const labels = Int32Array.from({ length: height * width }, (_, at) => {
    const row = Math.floor((Math.floor(at / width) * grid) / height);
    return row * grid + Math.floor(((at % width) * grid) / width);
  });
  return { count: grid * grid, labels };
}

function fromImage(name: string, { height, width, labels }: SegmentImage, input: InputDescription): Segments {
  if (height !== input.height || width !== input.width) {
    throw new SegmentsError(
      `The segments ${name} are ${height} x ${width} pixels, but the model's image is ${input.height} x ${input.width}: they must cover it. Save them in the image's size.`,
    );
  }
  const bare = Array.from(labels).findIndex((label) => !(Number.isInteger(label) && label >= 0));
  if (bare >= 0) {
    throw new SegmentsError(
      `The segments ${name} do not cover the image: pixel (${Math.floor(bare / width)}, ${bare % width}), row and column, has the label ${labels[bare]}. Give every pixel a whole number from 0.`,
    );
  }
  const numbers = new Map<number, number>();
  const numbered = Int32Array.from(labels, (label) => {
    const number = numbers.get(label) ?? numbers.size;
    numbers.set(label, number);
    return number;
  });
  return { count: numbers.size, labels: numbered };
}

/** For each element of one image of model input, the segment of its pixel. */
export function segmentOfElement({ labels }: Segments, input: InputDescription): Int32Array {
  const [first, second, third] = imageDims(input);
  const pixels = labels.length;
  return Int32Array.from({ length: first * second * third }, (_, at) => {
    const pixel = input.layout === 'NCHW' ? at % pixels : Math.floor(at / input.channels);
    return labels[pixel] ?? 0;
  });
}
