import { divergingColour } from '../../pictures/colours.ts';
import { lightness } from '../../pictures/lightness.ts';
import { drawOutline, outlineEdges } from '../../pictures/outline.ts';
import type { Picture } from '../../pictures/picture.ts';
import { thumbnail } from '../../pictures/thumbnail.ts';
import type { AttributionMap } from '../explanation/view.ts';
import type { MapReading } from './mapReading.ts';

/**
 * How a map shows where on the image one is. `outline`: a thin grey line around the image's bright parts is drawn over
 * it. `faint`: the image lies beneath in pale grey, vanishing where the map is strong. Full colour stays the legend's.
 */
type Orientation = 'outline' | 'faint';

/** Drawings of one channel have clear edges; photographs do not. */
export function orientationFor({ channels, width }: Picture): Orientation {
  return channels === 1 && width <= 64 ? 'outline' : 'faint';
}

/**
 * A map in the colours of the legend, at the image's size; a map coarser than the image (a layer's) is stretched in
 * blocks, not smoothed. An outline is not part of it, so that the page can draw it as a line, sharp at any size.
 */
export function mapPicture(
  map: Pick<AttributionMap, 'width' | 'height' | 'values'>,
  reading: Pick<MapReading, 'scale'>,
  picture: Picture,
): Picture {
  const { width, height } = picture;
  const light = orientationFor(picture) === 'faint' ? lightness(picture) : undefined;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const mapRow = Math.floor((y * map.height) / height) * map.width;
    for (let x = 0; x < width; x++) {
      const strength = strengthOf(map.values[mapRow + Math.floor((x * map.width) / width)], reading.scale);
      const darkness = light === undefined ? 0 : faintness * (1 - (light[y * width + x] ?? 1));
      const shade = Number.isNaN(strength) ? 1 : 1 - darkness * (1 - Math.min(1, Math.abs(strength)));
      const [red, green, blue] = divergingColour(strength);
      const at = 3 * (y * width + x);
      data[at] = Math.round(red * shade);
      data[at + 1] = Math.round(green * shade);
      data[at + 2] = Math.round(blue * shade);
    }
  }
  return { width, height, channels: 3, data };
}

type Cells = Pick<AttributionMap, 'width' | 'height' | 'values'>;

/**
 * A map and its image as a page draws them: of a photograph in blocks of pixels, each the mean of its own. Single pixels of a
 * photograph are not seen there, and take most of a page's bytes. `side` is the blocks', 1 where there are none.
 */
export function inBlocks(
  map: Cells,
  picture: Picture,
): { readonly map: Cells; readonly picture: Picture; readonly side: number } {
  const small = thumbnail(picture);
  const side = Math.floor(picture.width / small.width);
  if (side < 2 || map.width !== picture.width || map.height !== picture.height) return { map, picture: small, side: 1 };
  const { width, height } = small;
  const values = Float32Array.from({ length: width * height }, (_, block) => {
    const first = Math.floor(block / width) * side * map.width + (block % width) * side;
    let sum = 0;
    for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) sum += map.values[first + y * map.width + x] ?? 0;
    return sum / side ** 2;
  });
  return { map: { width, height, values }, picture: small, side };
}

/** {@link mapPicture} as a picture to stand alone: enlarged and with its outline, where it has one. */
export function standaloneMapPicture(map: AttributionMap, reading: MapReading, picture: Picture): Picture {
  const drawn = mapPicture(map, reading, picture);
  return orientationFor(picture) === 'outline' ? drawOutline(drawn, outlineEdges(picture)) : drawn;
}

/** The scale itself as a strip one pixel high: from full blue, or from neutral where a map has nothing negative. */
export function legendPicture(hasNegative: boolean): Picture {
  const width = hasNegative ? 255 : 128;
  const colours = Array.from({ length: width }, (_, x) => divergingColour((x + 128 - width) / 127));
  return { width, height: 1, channels: 3, data: Uint8Array.from(colours.flat()) };
}

/** How much the darkest parts of an image darken the ground. */
const faintness = 0.24;

function strengthOf(value: number | undefined, scale: number): number {
  if (value === undefined || !Number.isFinite(value)) return Number.NaN;
  return scale > 0 ? value / scale : 0;
}

/** Signed numbers as a picture, one pixel each: red above 0, blue below, full colour at `scale`. */
export function signedPicture(values: ArrayLike<number>, height: number, width: number, scale: number): Picture {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    data.set(divergingColour(scale > 0 ? (values[i] ?? 0) / scale : 0), 3 * i);
  }
  return { height, width, channels: 3, data };
}
