import type { Classifier } from '../../../model/classifier.ts';
import { sumChannels } from '../../../model/pixels.ts';
import { divergingColour } from '../../../pictures/colours.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { mapScale } from '../../../report/drawing/mapReading.ts';

/** A signed field in the colours of the maps: red where positive, blue where negative. */
export function signedPicture(values: Float32Array, height: number, width: number): Picture {
  const scale = mapScale(values);
  const data = new Uint8Array(3 * height * width);
  values.forEach((value, i) => {
    data.set(divergingColour(scale > 0 ? value / scale : 0), 3 * i);
  });
  return { width, height, channels: 3, data };
}

/** One image of model input as a signed picture, its channels added up. */
export function gradientPicture(gradient: Float32Array, { input }: Pick<Classifier, 'input'>): Picture {
  return signedPicture(sumChannels(gradient, input), input.height, input.width);
}

/** Pixels 0..255 that need not be whole. */
export function meanPicture(pixels: Float32Array, height: number, width: number): Picture {
  const channels = pixels.length === height * width ? 1 : 3;
  return { width, height, channels, data: Uint8Array.from(pixels, (value) => Math.round(value)) };
}
