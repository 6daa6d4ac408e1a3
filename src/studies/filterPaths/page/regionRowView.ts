import { className } from '../../../model/classifier.ts';
import { toPixels } from '../../../model/pixels.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { signedPicture } from '../../../report/drawing/mapPicture.ts';
import { type RegionGrid, regionOfPixels } from '../../occludedRegions/regionGrid.ts';
import type { RegionSet } from '../../occludedRegions/regionSets.ts';
import type { ClassRegions } from '../../occludedRegions/regionsByClass.ts';
import type { FilterAnalysis } from '../filterAnalysis.ts';
import type { RegionRow } from './view.ts';
import { largestSize, withRegions } from './withRegions.ts';

/** One class's regions. */
export function regionRow(
  { network, grid, contributions, examples }: FilterAnalysis,
  { label, name, right, wrong }: ClassRegions,
): RegionRow[] {
  const { classifier } = network;
  const example = examples.find((one) => one.label === label);
  if (!example) return [];
  const picture = toPixels(example.image.data, classifier.input);
  const names = (decided: number) =>
    contributions.classes.find((one) => one.label === decided)?.name ?? className(classifier, decided);
  const largestDrop = largestSize(right.drops);
  const largestFlip = largestSize(right.flips);
  const heat = (values: Float32Array, scale: number) => signedPicture(values, grid.rows, grid.columns, scale);
  const { deciding, sufficient } = example.sets;
  const set = (one: RegionSet, show: 'marked' | 'others') => ({
    picture: markedPicture(picture, grid, one.regions, show),
    regions: one.regions.length,
    decides: names(one.decides),
  });
  return [
    {
      label: name,
      images: right.images,
      wrongImages: wrong.images,
      drops: heat(right.drops, largestDrop),
      flips: heat(right.flips, largestFlip),
      largestDrop,
      largestFlip,
      wrongDrops: wrong.images > 0 ? heat(wrong.drops, largestSize(wrong.drops)) : undefined,
      fragile: right.fragile,
      example: { picture },
      deciding: deciding && set(deciding, 'others'),
      sufficient: sufficient && set(sufficient, 'marked'),
    },
  ];
}

/** An image with some regions occluded, or all but some. */
export function markedPicture(
  picture: Picture,
  grid: RegionGrid,
  regions: readonly number[],
  show: 'marked' | 'others',
): Picture {
  const ofPixel = regionOfPixels(grid, picture);
  return withRegions(picture, (pixel) => ofPixel[pixel] ?? 0, new Set(regions), show);
}
