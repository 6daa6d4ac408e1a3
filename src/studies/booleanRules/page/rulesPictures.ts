import { encodePictureFile } from '../../../pictures/png.ts';
import { sheetPicture } from '../../../report/drawing/contactSheet.ts';
import type { ShownNetwork } from './paperPage.ts';

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
