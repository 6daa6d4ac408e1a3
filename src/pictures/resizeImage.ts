import { ArgumentError } from '../argumentError.ts';
import type { Picture } from './picture.ts';

/** Which source places, with which weights (sum 1), make one place of the result. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Stretches a picture to exactly this size (the aspect ratio is not kept) by bilinear interpolation; when shrinking,
 * the triangle widens with the factor so that every source pixel counts, as Pillow and torchvision (antialias) do.
 * The same on every machine, and without the half-pixel shift that sharp's enlargement has.
 * @param size in pixels, whole numbers of at least 1.
 * @throws ArgumentError for a size that is none, and a picture without pixels or with too few bytes.
 */
export function resizeImage(image: Picture, size: { height: number; width: number }): Picture {
  const { height, width, channels } = image;
  if (![height, width, size.height, size.width].every((side) => Number.isInteger(side) && side >= 1)) {
    throw new ArgumentError(`A picture of ${height}x${width} cannot be brought to ${size.height}x${size.width}.`);
  }
  if (image.data.length !== height * width * channels) {
    throw new ArgumentError(`A picture of ${height}x${width}x${channels} does not have ${image.data.length} bytes.`);
  }
  if (size.height === height && size.width === width) return image;
  const columns = triangleTaps(width, size.width);
  const rows = triangleTaps(height, size.height);
  const rowLength = size.width * channels;
  const narrowed = new Float64Array(height * rowLength);
  for (let row = 0; row < height; row++) {
    columns.forEach(({ first, weights }, column) => {
      for (let channel = 0; channel < channels; channel++) {
        const start = (row * width + first) * channels + channel;
        narrowed[row * rowLength + column * channels + channel] = weightedSum(weights, image.data, start, channels);
      }
    });
  }
  const data = new Uint8Array(size.height * rowLength);
  rows.forEach(({ first, weights }, row) => {
    for (let place = 0; place < rowLength; place++) {
      const start = first * rowLength + place;
      data[row * rowLength + place] = Math.round(weightedSum(weights, narrowed, start, rowLength));
    }
  });
  return { height: size.height, width: size.width, channels, data };
}

/** Weight of source pixel s for result pixel r: max(0, 1 - |s + 1/2 - (r + 1/2) scale| / max(1, scale)), normalised. */
function triangleTaps(from: number, to: number): readonly Tap[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(from - 1, Math.ceil(centre + reach) - 1);
    const raw = Array.from({ length: last - first + 1 }, (_, tap) =>
      Math.max(0, 1 - Math.abs(first + tap + 0.5 - centre) / reach),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: raw.map((weight) => weight / total) };
  });
}

function weightedSum(
  weights: readonly number[],
  values: Uint8Array | Float64Array,
  start: number,
  step: number,
): number {
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap++) sum += (weights[tap] ?? 0) * (values[start + tap * step] ?? 0);
  return sum;
}
