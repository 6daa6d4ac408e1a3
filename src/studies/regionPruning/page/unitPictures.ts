import type { Picture } from '../../../pictures/picture.ts';
import { type FeatureMap, placeOf } from '../featureMap.ts';

/** Red and blue at full strength, far apart also for those who confuse red and green. */
const red = [255, 74, 46] as const;
const blue = [58, 128, 255] as const;

/**
 * A unit's weights as in the paper: red positive, blue negative, brighter is larger, black where there is none. Channels of a
 * feature map stand side by side in a square. @param weights [inputs]
 */
export function weightPicture(weights: Float32Array, map: FeatureMap): Picture {
  const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return drawn(map, (input) => {
    const value = weights[input] ?? 0;
    const strength = largest === 0 ? 0 : (Math.abs(value) / largest) ** 0.8;
    return (value > 0 ? red : blue).map((part) => Math.round(part * strength));
  });
}

/** A unit's regions white on black; inputs that never change in dark grey. @param kept, varies [inputs] */
export function regionPicture(kept: Uint8Array, varies: Uint8Array, map: FeatureMap): Picture {
  return drawn(map, (input) => {
    const shade = kept[input] !== 0 ? 255 : varies[input] !== 0 ? 0 : 40;
    return [shade, shade, shade];
  });
}

/** How strongly pixels are seen, 0 to 1, white on black. @param seen [height * width] */
export function seenPicture(seen: ArrayLike<number>, height: number, width: number): Picture {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) data.fill(Math.round(255 * (seen[i] ?? 0)), 3 * i, 3 * i + 3);
  return { width, height, channels: 3, data };
}

/** Pictures of equal height side by side, a line of grey between them. */
export function beside(pictures: readonly Picture[], gap = 2): Picture {
  const height = Math.max(...pictures.map((picture) => picture.height));
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0) + gap * (pictures.length - 1);
  const data = new Uint8Array(width * height * 3).fill(128);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      data.set(row, (y * width + left) * 3);
    }
    left += picture.width + gap;
  }
  return { width, height, channels: 3, data };
}

/**
 * An image with a unit's regions over it: outside them it is dim, inside it is tinted as the weights are, red where ink speaks
 * for the unit and blue where it speaks against it. @param values of each pixel, 0 outside; @param image grey or colour.
 */
export function overlayPicture(image: Picture, values: Float32Array, inside: ArrayLike<number>): Picture {
  const { width, height, channels } = image;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const light = image.data.subarray(pixel * channels, (pixel + 1) * channels).reduce((sum, part) => sum + part, 0);
    const grey = light / channels / 255;
    const value = values[pixel] ?? 0;
    const strength = largest === 0 ? 0 : Math.abs(value) / largest;
    const colour = value >= 0 ? red : blue;
    for (let part = 0; part < 3; part++) {
      const ground = 255 * grey;
      const tinted = (colour[part] ?? 0) * (0.25 + 0.75 * strength);
      const shown = (inside[pixel] ?? 0) !== 0 ? 0.42 * ground + 0.58 * tinted : 0.35 * ground;
      data[3 * pixel + part] = Math.round(shown);
    }
  }
  return { width, height, channels: 3, data };
}

/** One channel as it is; several in rows, as near to a square as they come, with grey lines between them. */
function drawn(map: FeatureMap, colourOf: (input: number) => readonly number[]): Picture {
  const across = Math.ceil(Math.sqrt(map.channels));
  const down = Math.ceil(map.channels / across);
  const width = across * (map.width + 1) - 1;
  const height = down * (map.height + 1) - 1;
  const data = new Uint8Array(width * height * 3).fill(map.channels === 1 ? 0 : 96);
  for (let input = 0; input < map.channels * map.height * map.width; input++) {
    const { channel, y, x } = placeOf(map, input);
    const top = Math.floor(channel / across) * (map.height + 1);
    const left = (channel % across) * (map.width + 1);
    data.set(colourOf(input), ((top + y) * width + left + x) * 3);
  }
  return { width, height, channels: 3, data };
}
