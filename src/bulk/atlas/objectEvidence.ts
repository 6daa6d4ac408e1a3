import type { Mask } from '../../faithfulness/metrics/localisation.ts';
import type { CellMap } from '../../faithfulness/pixelMap.ts';

/** The mask of an image by its place in the data set; nothing where it has none. */
export type MaskReader = (index: number) => Promise<Mask | undefined>;

/**
 * Part of the evidence for the class, what is above 0, that lies on the object. A map of fewer cells than the mask has, such as of a
 * layer, counts each cell over all its pixels.
 * @returns nothing where the map has no such evidence, or where nothing is inside the mask.
 */
export function objectEvidence(map: CellMap, mask: Mask): number | undefined {
  let [inside, all, pixels] = [0, 0, 0];
  for (let y = 0; y < mask.height; y++) {
    const row = Math.floor((y * map.height) / mask.height) * map.width;
    for (let x = 0; x < mask.width; x++) {
      const evidence = Math.max(0, map.values[row + Math.floor((x * map.width) / mask.width)] ?? 0);
      const isInside = mask.values[y * mask.width + x] !== 0;
      all += evidence;
      if (isInside) inside += evidence;
      if (isInside) pixels += 1;
    }
  }
  return all > 0 && pixels > 0 ? inside / all : undefined;
}
