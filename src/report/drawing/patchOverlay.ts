import { type Colour, divergingColour } from '../../pictures/colours.ts';
import type { IndexedPicture } from '../../pictures/palette.ts';
import type { Picture } from '../../pictures/picture.ts';
import type { Superpixels } from '../../pictures/superpixels.ts';
import type { AttributionMap } from '../explanation/view.ts';
import { mapScale } from './mapReading.ts';

/** Full evidence lets this much of the photograph through. */
const mostOpaque = 0.72;
/** Steps of strength on either side of zero. */
const steps = 60;

/**
 * A map over a photograph that can be seen: each patch in the colour of the evidence of its pixels added up and shared out among
 * them, the stronger the more opaque; the photograph is not bleached. A map coarser than the image is stretched, not smoothed.
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
  const entryOf = (mean: number) =>
    !Number.isFinite(mean) || full === 0 ? steps : steps + Math.round(steps * Math.max(-1, Math.min(1, mean / full)));
  return { height, width, data: Uint8Array.from(patches.labels, (patch) => entryOf(means[patch] ?? 0)), palette };
}

function valueAt(map: AttributionMap, pixel: number, height: number, width: number): number {
  const row = Math.floor((Math.floor(pixel / width) * map.height) / height);
  return map.values[row * map.width + Math.floor(((pixel % width) * map.width) / width)] ?? 0;
}

/** From full blue through nothing to full red. Weak evidence fades, so that strong patches stand out. */
const palette: readonly (readonly [...Colour, number])[] = Array.from({ length: 2 * steps + 1 }, (_, entry) => {
  const strength = (entry - steps) / steps;
  const [red, green, blue] = divergingColour(Math.sign(strength));
  return [red, green, blue, Math.round(255 * mostOpaque * Math.abs(strength) ** 1.3)];
});
