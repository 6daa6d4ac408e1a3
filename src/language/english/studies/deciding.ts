import { counted, listed, percent, quantity, sentence, signed } from '../numbers.ts';

/** What an occluded region shows: the image's mean colour, the image blurred, or one pixel value. */
export type Cover = 'mean' | 'blur' | { readonly pixel: number };

/** How an image was divided, and what was found of its regions. */
export interface Regions {
  readonly grid: { readonly rows: number; readonly columns: number /** In pixels. */; readonly side: number };
  readonly cover: Cover;
  /** How many change the decision alone. */
  readonly flips: number;
  /** How many the smallest set has whose occlusion changes the decision; absent where none was found. */
  readonly deciding?: number;
  /** How many are enough for the decision alone. */
  readonly sufficient?: number;
}

/** What the strongest paths bring of a score; all but the share in units of the score. */
export interface PathSum {
  readonly score: number;
  readonly constant: number;
  readonly remainder: number;
  readonly share: number;
  readonly paths: number;
  /** In each layer the filter that most goes through. */
  readonly layers: readonly { readonly name: string; readonly filter: number; readonly part: number }[];
}

export const question = 'Which regions can it not do without? Which filters carried it?';
export const gist = 'regions occluded one by one and together, and the strongest paths';

const regions = (whole: number) => (whole === 0 ? 'no region' : counted(whole, 'region', 'regions'));

export const drop = (largest: number) =>
  `Red: the score drops when the region is occluded, by ${quantity(largest)} at most. Blue: it rises.`;
export const without = (whole: number, decides: string) => `Without ${regions(whole)} it says ${decides}.`;
export const onlyWith = (whole: number, decides: string) => `${sentence(regions(whole))} alone: still ${decides}.`;

export function covered(cover: Cover): string {
  if (cover === 'mean') return 'it shows the image’s mean colour';
  if (cover === 'blur') return 'it shows the image, blurred';
  return `it shows pixel value ${cover.pixel}`;
}

export function found({ grid, cover, flips, deciding, sufficient }: Regions): string {
  const divided = `${grid.rows} × ${grid.columns} regions of ${grid.side} × ${grid.side} pixels`;
  const alone =
    flips === 0
      ? 'No single one changes the decision'
      : `Occluding ${counted(flips, 'single one of them changes', 'single ones of them changes')} the decision`;
  const set =
    deciding === undefined
      ? 'no set of up to half of them was found that does'
      : `the smallest set found whose occlusion does has ${regions(deciding)}`;
  const empty = sufficient === 0 ? ': the model decides so of an image of which nothing is seen' : '';
  const enough =
    sufficient === undefined
      ? ''
      : ` Conversely ${regions(sufficient)} alone ${sufficient <= 1 ? 'is' : 'are'} enough for it${empty}.`;
  return `The image was divided into ${divided} and each occluded in turn (${covered(cover)}). ${alone}; ${set}.${enough} What is occluded is drawn in violet.`;
}

export const filtersOf = (target: string) => `Filters behind the score of ${target}`;

/** The score as a sum of which the strongest paths are a part that is worth showing. */
export function carried(sum: PathSum): string {
  const through = sum.layers.map(({ name, filter, part }) => `${name} filter ${filter} (${signed(part)})`);
  return `${linear(sum)} Below are the strongest paths found that speak for it, ${percent(sum.share)} of what it is made of, each with where on its first filter’s map its part comes from; ${rest(sum)}. Most goes through ${listed(through)}.`;
}

/** Of paths that bring next to nothing. */
export function notCarried(sum: PathSum): string {
  const few =
    sum.paths === 0
      ? 'No path found speaks for it'
      : `The ${counted(sum.paths, 'strongest path', 'strongest paths')} that speak for it bring ${percent(sum.share)} of what it is made of`;
  return `${linear(sum)} ${few}; ${rest(sum)}. No few filters carry this decision, so none are shown.`;
}

function linear({ score }: PathSum): string {
  return `With its gates as this image set them the network is linear, and the score of ${quantity(score)} is a sum over the paths from filter to filter.`;
}

function rest({ constant, remainder }: PathSum): string {
  return `all other paths together bring ${signed(remainder)}, biases and other constants ${signed(constant)}`;
}

export const pathMap = (path: string) => `Where ${path} gets its part from`;
