import type { Picture } from '../../pictures/picture.ts';
import { encodePictureFile } from '../../pictures/png.ts';
import { legendPicture, standaloneMapPicture } from '../drawing/mapPicture.ts';
import { readMap } from '../drawing/mapReading.ts';
import type { AttributionMap, ExplainedImage, ReportView } from './view.ts';

interface NamedPicture {
  /** A file name, safe on every system and unique in the report: `digits-7--saliency--7.png`. */
  readonly name: string;
  readonly png: Uint8Array;
}

/** The report's pictures one by one: for each image the image itself and its maps, and the colour scale they share. Signals and tables are drawn on the page alone. */
export function reportPictures(view: ReportView): readonly NamedPicture[] {
  const pictures = view.explained
    .filter(({ numbers }) => !numbers)
    .flatMap((image) => [
      { stem: fileSafe(image.id), picture: image.picture },
      ...image.maps.map((map) => ({
        stem: `${fileSafe(image.id)}--${fileSafe(map.method)}--${fileSafe(map.target)}`,
        picture: standaloneMapPicture(map, readMap(map), image.picture),
      })),
    ]);
  return uniquelyNamed([...pictures, { stem: 'colour-scale', picture: legendPicture(true) }]);
}

/** A map over its image, as the report draws it: a PNG file. */
export function overlayPicture(map: AttributionMap, { picture }: Pick<ExplainedImage, 'picture'>): Uint8Array {
  return encodePictureFile(standaloneMapPicture(map, readMap(map), picture));
}

interface Drawn {
  readonly stem: string;
  readonly picture: Picture;
}

/** Stems that fall together get `-2`, `-3` and so on, past any that are taken already. */
function uniquelyNamed(drawn: readonly Drawn[]): readonly NamedPicture[] {
  const taken = new Set<string>();
  return drawn.map(({ stem, picture }) => {
    let name = stem;
    for (let turn = 2; taken.has(name); turn++) name = `${stem}-${turn}`;
    taken.add(name);
    return { name: `${name}.png`, png: encodePictureFile(picture) };
  });
}

/** A name that every file system takes: `digits:7` becomes `digits-7`. Different names may become the same. */
function fileSafe(name: string): string {
  const safe = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return safe === '' ? 'unnamed' : safe;
}
