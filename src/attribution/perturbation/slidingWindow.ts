import type { InputDescription } from '../../model/inputDescription.ts';
import { MethodOptionError } from '../errors.ts';
import type { Pair } from '../options.ts';

/** A part of the image: rows and columns from, up to not including. */
export interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The side of a square window of which about 14 x 14 cover the image: 2 for 28x28, 16 for 224x224. */
export function windowFor({ height, width }: Pick<InputDescription, 'height' | 'width'>): number {
  return Math.max(1, Math.round(Math.sqrt(height * width) / 14));
}

/** Height and width of the window where none is given: of an image's own; about 49 cover a signal, and a table's is one feature. */
export function windowSides(input: InputDescription): Pair {
  const { width, numbers } = input;
  if (numbers) return [1, numbers.kind === 'table' ? 1 : Math.max(1, Math.round(width / 49))];
  return [windowFor(input), windowFor(input)];
}

/**
 * Every place of a window that slides over the image, as Captum counts them: as many steps as cover the image to its end,
 * the last windows cut off at its border.
 * @throws MethodOptionError for a window larger than the image, or a stride that would leave pixels out.
 */
export function windowPlaces(image: Pair, window: Pair, stride: Pair): Box[] {
  const [rows, columns] = ([0, 1] as const).map((axis) => steps(image[axis], window[axis], stride[axis]));
  return (rows ?? []).flatMap((row) =>
    (columns ?? []).map((column) => ({ top: row.from, bottom: row.to, left: column.from, right: column.to })),
  );
}

function steps(size: number, window: number, stride: number): { readonly from: number; readonly to: number }[] {
  if (window > size) {
    throw new MethodOptionError(`occlusion: a window of ${window} pixels is larger than the image's ${size}.`);
  }
  if (stride > window && window < size) {
    throw new MethodOptionError(
      `occlusion: with a window of ${window} pixels a stride of ${stride} leaves pixels out; it can be ${window} at most.`,
    );
  }
  const count = Math.ceil((size - window) / stride) + 1;
  return Array.from({ length: count }, (_, i) => ({ from: i * stride, to: Math.min(size, i * stride + window) }));
}
