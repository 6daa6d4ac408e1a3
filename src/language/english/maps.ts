import { count, counted, listed, percent, quantity, share, signed } from './numbers.ts';

/** What the cells of a map are. */
export type Cell = 'pixel' | 'moment' | 'feature';

/** Where on an image, along a signal or in a table most of the evidence lies. */
export type Place =
  | { readonly kind: 'image' /** Row by row over a grid of thirds. */; readonly ninth: number }
  | { readonly kind: 'signal'; readonly third: number; readonly channel?: string }
  | { readonly kind: 'table'; readonly feature: string };

const ninths = [
  'at the upper left',
  'at the top',
  'at the upper right',
  'at the left',
  'in the centre',
  'at the right',
  'at the lower left',
  'at the bottom',
  'at the lower right',
];

const thirds = ['at the beginning', 'in the middle', 'at the end'];

export function place(found: Place): string {
  if (found.kind === 'image') return ninths[found.ninth] ?? '';
  if (found.kind === 'table') return `in “${found.feature}”`;
  return `${thirds[found.third]}${found.channel === undefined ? '' : ` of “${found.channel}”`}`;
}

export const noValue = (cell: Cell) => `No ${cell} has a value: the method failed here.`;
export const allZero = (cell: Cell) => `Every ${cell} is exactly zero: the method found nothing here.`;
export const constant = (cell: Cell, value: number) =>
  `Every ${cell} has exactly the same value, ${signed(value)}: the map is constant and shows no place.`;

/** Share and place of the evidence, so that a map can be understood without seeing its colours. */
export function balance(part: number, forPlace: Place | undefined, againstPlace: Place | undefined): string {
  const mostly = (found: Place | undefined) => (found === undefined ? '' : `, mostly ${place(found)}`);
  if (part === 1) return `All of the evidence speaks for it${mostly(forPlace)}.`;
  if (part === 0) return `All of the evidence speaks against it${mostly(againstPlace)}.`;
  return `${share(part)} of the evidence speaks for it${mostly(forPlace)}; ${share(1 - part)} against${mostly(againstPlace)}.`;
}

/** What full colour means. @param beyond the share of cells beyond it; 0 where that is not worth a word. */
export function fullColour(scale: number, unit: string, beyond: number, cell: Cell): string {
  const more = beyond > 0 ? `; ${percent(beyond)} of the ${cell}s go beyond and look the same` : '';
  return `Full colour is ${quantity(scale)} ${unit}${more}.`;
}

export function withoutValue(without: number, all: number, cell: Cell): string {
  const drawn = cell === 'feature' ? '' : ' and are drawn dark grey';
  return `${count(without)} of ${count(all)} ${cell}s have no value (the computation gave no finite number)${drawn}.`;
}

export const inUnit = (unit: string) => `In ${unit}.`;

export function alternative(title: string, target: string, balance: string): string {
  return `${title}, evidence for ${target}: ${balance}`;
}

export const summedChannels = (channels: number) =>
  `Each pixel has the evidence of its ${channels} colour channels added up.`;

export function coarse(height: number, width: number, over: 'image' | 'signal' | 'table'): string {
  return `This map has ${width} × ${height} cells, stretched over the ${over}.`;
}

export function drawnCoarse(side: number): string {
  return `On this page maps are drawn in blocks of ${side} × ${side} pixels, each the mean of its own.`;
}

export const computedIn = (time: string) => `Computed in ${time}.`;
export const layer = (name: string, channels: number) =>
  `Of the layer ${name}${channels > 1 ? `, its ${channels} channels added up` : ''}.`;

/** Methods whose maps show the same. */
export function also(titles: readonly string[]): string {
  return `${listed(titles)} ${titles.length === 1 ? 'shows' : 'show'} the same here, but for the scale, and ${titles.length === 1 ? 'is' : 'are'} not drawn again.`;
}

export const question = 'All maps, best first';
export function gist(maps: number): string {
  return `${counted(maps, 'map', 'maps')}, with scale, method and figures`;
}

export const evidenceFor = 'Evidence for';
export const forComparison = {
  image: 'The image, for comparison.',
  signal: 'The signal, for comparison.',
};

export function introduction(isOutlined: boolean): string {
  const beneath = isOutlined
    ? 'The thin grey line follows the edge of the bright strokes.'
    : 'The image shows through in pale grey where a map has little to say.';
  return `Red pixels spoke for the class named above the maps, blue pixels against it; where a map is pale, the pixel hardly mattered to that method. Each map has its own scale, so compare where the colour lies, not how strong it is. ${beneath}`;
}

export const tableIntroduction =
  'A bar to the right spoke for the class named above it, a bar to the left against it; the strongest come first, each with the value that the feature had. Each method has its own scale, so compare the order of the bars, not their length. What methods call a pixel is a feature here, and an empty image a row whose model input is 0 everywhere.';

export const signalIntroduction =
  'The line is the signal, over its own range. Where the ground behind it is red, it spoke for the class named above, where it is blue, against it; where the ground is pale, that stretch hardly mattered to the method. Each map has its own scale, so compare where the colour lies, not how strong it is. What methods call a pixel is a value of the signal here, and an empty image a signal whose model input is 0 throughout.';

export const noScale = 'No colour scale: there is nothing to show.';
export const scaleEnd = { for: (value: string) => `for ${value}`, against: (value: string) => `${value} against` };
export const scaleAlternative = {
  both: 'Colour scale from blue through near-white to red',
  one: 'Colour scale from near-white to red',
};

export const more = (rest: number) => `${rest} more`;
export const always = (value: number) => `always ${quantity(value)}`;
export const range = (low: number, high: number) => `${quantity(low)} to ${quantity(high)}`;
