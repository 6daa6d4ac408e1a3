import { lightness } from '../../../pictures/lightness.ts';
import type { Picture } from '../../../pictures/picture.ts';

/** Green that is told from grey on any paper and by most of the colour-blind. */
const green = [0, 160, 110] as const;

/** The image in grey, with the held pixels (y * width + x) in green; light ones lighter. */
export function heldPicture(picture: Picture, held: readonly number[]): Picture {
  const { width, height } = picture;
  const light = lightness(picture);
  const isHeld = new Set(held);
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const part = light[pixel] ?? 0;
    green.forEach((full, channel) => {
      const coloured = full + part * (230 - full);
      data[3 * pixel + channel] = Math.round(isHeld.has(pixel) ? coloured : 255 * (0.15 + 0.7 * part));
    });
  }
  return { width, height, channels: 3, data };
}
