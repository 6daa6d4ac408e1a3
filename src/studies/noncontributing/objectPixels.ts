import type { InputDescription } from '../../model/inputDescription.ts';
import { elementAt } from '../../model/pixels.ts';
import { pixelRange } from './certifiedMargins.ts';

/** How far from the background a pixel is at least that is taken for the object's, as a share of the pixel range. */
const leastDifference = 0.1;

/**
 * Whether an image has a plain background, so that its object can be told from it: one channel, and at least half of the pixels at its
 * edge no part of the object. Photographs have none.
 * @param image one image, model input
 */
export function hasPlainBackground(image: Float32Array, input: InputDescription): boolean {
  const { width, channels } = input;
  if (channels > 1) return false;
  const edge = [...objectPixels(image, input)].filter((_, place) =>
    isEdge(input, Math.floor(place / width), place % width),
  );
  return edge.filter((isObject) => isObject === 0).length >= edge.length / 2;
}

function isEdge({ height, width }: InputDescription, y: number, x: number): boolean {
  return y === 0 || x === 0 || y === height - 1 || x === width - 1;
}

/**
 * Which pixels differ from the background: by a tenth of the pixel range or more in one channel, from what that channel has in the median of the pixels at the
 * image's edge. Row by row, 1 for such a pixel. Of an image without an even background it says little.
 * @param image one image, model input
 */
export function objectPixels(image: Float32Array, input: InputDescription): Uint8Array {
  const { height, width, channels } = input;
  const at = elementAt(input);
  const range = pixelRange(input).range.data;
  const object = new Uint8Array(height * width);
  for (let channel = 0; channel < channels; channel++) {
    const value = (place: number) => image[at(channel, Math.floor(place / width), place % width)] ?? 0;
    const places = Array.from(object, (_, place) => place);
    const edge = places.filter((place) => isEdge(input, Math.floor(place / width), place % width)).map(value);
    const background = edge.sort((a, b) => a - b)[Math.floor(edge.length / 2)] ?? 0;
    const least = leastDifference * (range[at(channel, 0, 0)] ?? 0);
    for (const place of places) if (Math.abs(value(place) - background) >= least) object[place] = 1;
  }
  return object;
}
