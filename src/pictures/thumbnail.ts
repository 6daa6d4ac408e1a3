import type { Picture } from './picture.ts';

/** Wide enough for the overview's cells on a fine screen. */
const wideEnough = 112;

/**
 * A large picture averaged down by a whole factor, as the browser would to show it small. Keeps reports of many photographs light.
 */
export function thumbnail(picture: Picture): Picture {
  const factor = Math.floor(picture.width / wideEnough);
  if (factor < 2) return picture;
  const { channels } = picture;
  const width = Math.floor(picture.width / factor);
  const height = Math.floor(picture.height / factor);
  const data = new Uint8Array(width * height * channels).map((_, position) => {
    const channel = position % channels;
    const x = Math.floor(position / channels) % width;
    const y = Math.floor(position / channels / width);
    let total = 0;
    for (let row = y * factor; row < (y + 1) * factor; row++) {
      for (let column = x * factor; column < (x + 1) * factor; column++) {
        total += picture.data[(row * picture.width + column) * channels + channel] ?? 0;
      }
    }
    return Math.round(total / factor ** 2);
  });
  return { width, height, channels, data };
}
