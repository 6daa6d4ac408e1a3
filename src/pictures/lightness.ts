import type { Picture } from './picture.ts';

/**
 * Brightness of each pixel, row by row, stretched so that the picture's own darkest pixel is 0 and its brightest 1.
 * A picture of one brightness is 1 everywhere.
 */
export function lightness({ width, height, channels, data }: Picture): Float32Array {
  const light = new Float32Array(width * height);
  let lowest = 255;
  let highest = 0;
  for (let pixel = 0; pixel < light.length; pixel++) {
    const red = data[pixel * channels] ?? 0;
    const brightness =
      channels === 1 ? red : 0.299 * red + 0.587 * (data[pixel * 3 + 1] ?? 0) + 0.114 * (data[pixel * 3 + 2] ?? 0);
    light[pixel] = brightness;
    lowest = Math.min(lowest, brightness);
    highest = Math.max(highest, brightness);
  }
  return light.map((part) => (highest > lowest ? (part - lowest) / (highest - lowest) : 1));
}
