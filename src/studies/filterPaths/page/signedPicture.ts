import { divergingColour } from '../../../pictures/colours.ts';
import type { Picture } from '../../../pictures/picture.ts';

/** Signed numbers as a picture, one pixel each: red above 0, blue below, full colour at `scale`. */
export function signedPicture(values: ArrayLike<number>, height: number, width: number, scale: number): Picture {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    data.set(divergingColour(scale > 0 ? (values[i] ?? 0) / scale : 0), 3 * i);
  }
  return { height, width, channels: 3, data };
}

/** The largest size among some numbers. */
export function largestSize(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** A picture with every region but those given dimmed to a fifth over grey (or the other way round). */
export function withRegions(
  picture: Picture,
  regionAt: (pixel: number) => number,
  marked: ReadonlySet<number>,
  show: 'marked' | 'others',
): Picture {
  const { width, height, channels } = picture;
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const seen = marked.has(regionAt(pixel)) === (show === 'marked');
    for (let c = 0; c < 3; c++) {
      const value = picture.data[pixel * channels + (channels === 1 ? 0 : c)] ?? 0;
      data[3 * pixel + c] = seen ? value : (occludedColour[c] ?? 0);
    }
  }
  return { width, height, channels: 3, data };
}

/** What is occluded is drawn in one colour that no photograph and no grey picture is full of. */
const occludedColour = [176, 158, 196] as const;
