import type { Picture } from '../pictures/picture.ts';

const luma = [0.299, 0.587, 0.114] as const;

/** Grey to colour by repetition, colour to grey by luma (ITU-R BT.601). */
export function withChannels(image: Picture, channels: 1 | 3): Picture {
  if (image.channels === channels) return image;
  const { height, width, data } = image;
  const area = height * width;
  const valueAt =
    channels === 3
      ? (i: number) => data[Math.floor(i / 3)] ?? 0
      : (i: number) => Math.round(luma.reduce((sum, weight, c) => sum + weight * (data[i * 3 + c] ?? 0), 0));
  return { height, width, channels, data: Uint8Array.from({ length: area * channels }, (_, i) => valueAt(i)) };
}
