import type { Classifier } from '../../../model/classifier.ts';
import { sumChannels } from '../../../model/pixels.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { encodePictureFile } from '../../../pictures/png.ts';
import { sheetPicture } from '../../../report/drawing/contactSheet.ts';
import { signedPicture } from '../../../report/drawing/mapPicture.ts';
import { mapScale } from '../../../report/drawing/mapReading.ts';
import type { ShownNetwork } from './paperPage.ts';

/** One image of model input as a signed picture, its channels added up. */
export function gradientPicture(gradient: Float32Array, { input }: Pick<Classifier, 'input'>): Picture {
  const values = sumChannels(gradient, input);
  return signedPicture(values, input.height, input.width, mapScale(values));
}

/** Pixels 0..255 that need not be whole. */
export function meanPicture(pixels: Float32Array, height: number, width: number): Picture {
  const channels = pixels.length === height * width ? 1 : 3;
  return { width, height, channels, data: Uint8Array.from(pixels, (value) => Math.round(value)) };
}

/** The features of each network as one PNG: maximisation images in the first row, the images they are largest in below. */
export function rulesPictures(
  shown: readonly ShownNetwork[],
): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return shown.flatMap(({ name, view: { features } }) => {
    if (name === 'hidden' || features.length === 0) return [];
    const gradients = features.map(({ gradient }) => gradient);
    const exciting = features.flatMap((feature) => feature.exciting ?? []);
    const files = [
      { name: `${name}-features.png`, bytes: encodePictureFile(sheetPicture(gradients, gradients.length, 2)) },
    ];
    return exciting.length === 0
      ? files
      : [
          ...files,
          { name: `${name}-seen-in.png`, bytes: encodePictureFile(sheetPicture(exciting, exciting.length, 2)) },
        ];
  });
}
