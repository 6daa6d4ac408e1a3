import type { Picture } from '../worker/protocol.ts';

/* From a drawing to the form that digits of MNIST have: the strokes in a box of 20x20, their centre of mass in the middle of 28x28. */

/** Share of the model's side that the strokes fill. */
const filled = 20 / 28;

/**
 * A drawing as a picture of the model's size; undefined where nothing was drawn.
 * @param ink how dark each pixel is, 0 to 255, row by row, of a square.
 */
export function drawnPicture(
  ink: Uint8Array,
  side: number,
  { width, height }: { width: number; height: number },
): Picture | undefined {
  const box = boxOf(ink, side);
  if (!box) return undefined;
  const scale = (filled * Math.min(width, height)) / Math.max(box.right - box.left + 1, box.bottom - box.top + 1);
  const centre = massOf(ink, side);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data[y * width + x] = meanOver(ink, side, { x, y }, scale, centre, { width, height });
  return { width, height, channels: 1, data };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The mean of the ink under a pixel of the small picture. */
function meanOver(
  ink: Uint8Array,
  side: number,
  { x, y }: Place,
  scale: number,
  centre: Place,
  size: { width: number; height: number },
): number {
  const at = (pixel: number, middle: number, length: number) => middle + (pixel - length / 2) / scale;
  const [left, right] = [at(x, centre.x, size.width), at(x + 1, centre.x, size.width)];
  const [top, bottom] = [at(y, centre.y, size.height), at(y + 1, centre.y, size.height)];
  let [sum, count] = [0, 0];
  for (let v = Math.floor(top); v < bottom; v++)
    for (let u = Math.floor(left); u < right; u++) {
      count += 1;
      if (u >= 0 && v >= 0 && u < side && v < side) sum += ink[v * side + u] ?? 0;
    }
  return Math.round(sum / Math.max(1, count));
}

function boxOf(ink: Uint8Array, side: number) {
  let [left, top, right, bottom] = [side, side, -1, -1];
  for (let pixel = 0; pixel < ink.length; pixel++) {
    if ((ink[pixel] ?? 0) < 32) continue;
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return right < 0 ? undefined : { left, top, right, bottom };
}

function massOf(ink: Uint8Array, side: number): Place {
  let [x, y, sum] = [0, 0, 0];
  for (let pixel = 0; pixel < ink.length; pixel++) {
    const weight = ink[pixel] ?? 0;
    sum += weight;
    x += weight * ((pixel % side) + 0.5);
    y += weight * (Math.floor(pixel / side) + 0.5);
  }
  return { x: x / sum, y: y / sum };
}
