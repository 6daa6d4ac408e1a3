import type { Picture } from '../../../pictures/picture.ts';

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
