import { isKonkyoError } from '../../../konkyoError.ts';
import { type Classifier, className } from '../../../model/classifier.ts';
import { toPixels } from '../../../model/pixels.ts';
import type { Tensor } from '../../../onnx/tensor.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { thumbnail } from '../../../pictures/thumbnail.ts';
import type { Progress } from '../../../progress.ts';
import { mapPicture } from '../../../report/drawing/mapPicture.ts';
import { mapScale } from '../../../report/drawing/mapReading.ts';
import { scoped } from '../../../runtime/release.ts';
import type { Fill, Occluder } from '../../occludedRegions/occluding.ts';
import type { RegionGrid } from '../../occludedRegions/regionGrid.ts';
import type { RegionSet } from '../../occludedRegions/regionSets.ts';
import { compileImageFinder, type ImageFindings } from '../imageFindings.ts';
import { pathName } from '../paths.ts';
import type { StrongestPaths } from '../strongestPaths.ts';
import { markedPicture } from './regionRowView.ts';
import { largestSize } from './withRegions.ts';

/** Which regions one decision cannot do without, and which filters carried it. */
export interface DecidingView {
  readonly target: string;
  readonly grid: Pick<RegionGrid, 'rows' | 'columns' | 'side'>;
  readonly cover: Fill;
  readonly drops: Picture;
  readonly largestDrop: number;
  /** How many regions' occlusion alone changes the decision. */
  readonly flips: number;
  readonly deciding?: MarkedView;
  readonly sufficient?: MarkedView;
  readonly filters?: CarryingView;
}

export interface MarkedView {
  readonly picture: Picture;
  readonly regions: number;
  readonly decides: string;
}

export interface CarryingView {
  readonly score: number;
  readonly constant: number;
  readonly remainder: number;
  /** Of what makes up the score, how much the listed paths bring together: 0 to 1. */
  readonly share: number;
  readonly paths: readonly { readonly name: string; readonly part: number; readonly map?: Picture }[];
  /** In each layer the filter that most goes through, and what. */
  readonly layers: readonly { readonly name: string; readonly filter: number; readonly part: number }[];
}

/** What there is to say of each image; why nothing is said, in the notes. */
export interface DecidingParts {
  /** An entry for each image, or none. */
  readonly views: readonly DecidingView[];
  readonly notes: readonly string[];
}

/** An image as the model takes it, [1, ...], and the class that it was decided for. */
interface DecidedInput {
  readonly name: string;
  readonly image: Tensor<'float32'>;
  readonly chosen: number;
}

/** Looks for the regions and filters behind each decision; a model it does not work on gives a note instead. */
export async function decidingParts(
  classifier: Classifier,
  images: readonly DecidedInput[],
  progress?: Progress,
  fill?: Fill,
): Promise<DecidingParts> {
  try {
    return await scoped(async (keep) => {
      const finder = await keep(compileImageFinder(classifier, fill));
      const views: DecidingView[] = [];
      for (const [i, { image, name, chosen }] of images.entries()) {
        progress?.(i, images.length, `Regions and filters: ${name}`);
        views.push(decidingView(classifier, finder.occluder, image, await finder.find(image, chosen)));
      }
      progress?.(images.length, images.length, 'done');
      return { views, notes: finder.notes };
    });
  } catch (error) {
    if (!isKonkyoError(error) || error.tag === 'interrupted') throw error;
    return { views: [], notes: [`Which regions and filters decided is left out. ${error.message}`] };
  }
}

export function decidingView(
  classifier: Classifier,
  occluder: Occluder,
  image: Tensor<'float32'>,
  { chosen, effects, sets, filters }: ImageFindings,
): DecidingView {
  const { grid, fill } = occluder;
  const picture = toPixels(image.data, classifier.input);
  const scale = largestSize(effects.drops);
  const marked = ({ regions, decides }: RegionSet, show: 'marked' | 'others'): MarkedView => ({
    picture: markedPicture(picture, grid, regions, show),
    regions: regions.length,
    decides: className(classifier, decides),
  });
  return {
    target: className(classifier, chosen),
    grid,
    cover: fill,
    drops: thumbnail(mapPicture({ height: grid.rows, width: grid.columns, values: effects.drops }, { scale }, picture)),
    largestDrop: Math.max(0, ...effects.drops),
    flips: effects.flips.reduce((sum, flip) => sum + flip, 0),
    deciding: sets.deciding && marked(sets.deciding, 'others'),
    sufficient: sets.sufficient && marked(sets.sufficient, 'marked'),
    filters: filters && carryingView(filters, picture),
  };
}

/** The listed paths' parts over the sizes of all there is: those, all other paths, and biases. */
function shareOf({ paths, constant, remainder }: StrongestPaths): number {
  const listed = paths.reduce((sum, { part }) => sum + part, 0);
  const whole = Math.abs(listed) + Math.abs(remainder) + Math.abs(constant);
  return whole === 0 ? 0 : Math.max(0, listed) / whole;
}

function carryingView({ network, strongest }: NonNullable<ImageFindings['filters']>, picture: Picture): CarryingView {
  const { score, constant, remainder, paths, throughFilters } = strongest;
  return {
    score,
    constant,
    remainder,
    share: shareOf(strongest),
    paths: paths.map((path) => ({
      name: pathName(path),
      part: path.part,
      map: path.map ? thumbnail(mapPicture(path.map, { scale: mapScale(path.map.values) }, picture)) : undefined,
    })),
    layers: network.layers.map(({ name }, i) => {
      const parts = throughFilters[i] ?? new Float32Array();
      const filter = parts.reduce((best, part, at) => (part > (parts[best] ?? 0) ? at : best), 0);
      return { name, filter, part: parts[filter] ?? 0 };
    }),
  };
}
