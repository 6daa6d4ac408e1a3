import { type Colour, divergingColour, noValueColour } from '../../pictures/colours.ts';
import type { IndexedPicture } from '../../pictures/palette.ts';
import type { Picture } from '../../pictures/picture.ts';
import type { Superpixels } from '../../pictures/superpixels.ts';
import type { AttributionMap } from '../explanation/view.ts';
import { inBlocks } from './mapPicture.ts';
import { mapScale } from './mapReading.ts';

/** Full evidence lets this much of the photograph through. */
const mostOpaque = 0.72;
/** So many pixels across are enough to see a patch. */
const smallEnough = 96;
/** Steps of strength on either side of zero. */
const steps = 24;

/**
 * A map over a photograph that can be seen: each patch in the colour of the mean evidence of its pixels, the stronger the more
 * opaque; the photograph is not bleached. A map coarser than the image is stretched, not smoothed.
 */
export function patchOverlay(map: AttributionMap, { height, width }: Picture, patches: Superpixels): IndexedPicture {
  const sums = new Float64Array(patches.count);
  const sizes = new Float64Array(patches.count);
  for (const [pixel, patch] of patches.labels.entries()) {
    sums[patch] = (sums[patch] ?? 0) + valueAt(map, pixel, height, width);
    sizes[patch] = (sizes[patch] ?? 0) + 1;
  }
  const means = Float32Array.from(sums, (sum, patch) => sum / (sizes[patch] || 1));
  const full = mapScale(means);
  // Every second pixel of a large image: its patches look the same at that.
  const step = width >= 2 * smallEnough ? 2 : 1;
  const small = { height: Math.ceil(height / step), width: Math.ceil(width / step) };
  const patchAt = (i: number) =>
    patches.labels[step * Math.floor(i / small.width) * width + step * (i % small.width)] ?? 0;
  const data = Uint8Array.from({ length: small.height * small.width }, (_, i) => entryOf(means[patchAt(i)] ?? 0, full));
  return { ...small, data, palette: paletteOf(mostOpaque, 1.3) };
}

/** A map over a pale photograph, in blocks of pixels: full colour hides what is beneath. @param scale the value at full colour. */
export function blockOverlay(map: AttributionMap, scale: number, picture: Picture): IndexedPicture {
  const { width, height, values } = inBlocks(map, picture).map;
  return { width, height, palette: paletteOf(1, 0.8), data: Uint8Array.from(values, (value) => entryOf(value, scale)) };
}

function valueAt(map: AttributionMap, pixel: number, height: number, width: number): number {
  const row = Math.floor((Math.floor(pixel / width) * map.height) / height);
  return map.values[row * map.width + Math.floor(((pixel % width) * map.width) / width)] ?? 0;
}

/** The last entry is for what is no number. */
function entryOf(value: number, full: number): number {
  if (!Number.isFinite(value)) return 2 * steps + 1;
  return full > 0 ? steps + Math.round(steps * Math.max(-1, Math.min(1, value / full))) : steps;
}

/** From blue through nothing to red, the stronger the more opaque. */
function paletteOf(opaque: number, curve: number): IndexedPicture['palette'] {
  const entries = Array.from({ length: 2 * steps + 1 }, (_, entry): readonly [...Colour, number] => {
    const strength = (entry - steps) / steps;
    const alpha = Math.round(255 * opaque * Math.abs(strength) ** curve);
    return [...divergingColour(Math.sign(strength)), alpha];
  });
  return [...entries, [...noValueColour, 255]];
}
