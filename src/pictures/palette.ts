import type { Colour } from './colours.ts';
import type { Picture } from './picture.ts';

/** A picture of at most 256 colours: each pixel names one. */
export interface IndexedPicture {
  readonly height: number;
  readonly width: number;
  /** Each pixel's entry in the palette, row by row. */
  readonly data: Uint8Array;
  /** Colours, or with a fourth number how opaque they are, 0 to 255. */
  readonly palette: readonly (Colour | readonly [...Colour, number])[];
}

/** Of five bits a channel: what is nearer than that looks the same. */
const coarse = 3;

/**
 * A picture in fewer colours, by median cut (Heckbert 1982): boxes of colours are halved at their middle pixel along their longest
 * side, and each becomes the mean of its pixels. Photographs keep their looks and take a third of the room.
 */
export function indexed(picture: Picture, colours = 192): IndexedPicture {
  const { height, width } = picture;
  const bins = binsOf(picture);
  let boxes: (readonly Bin[])[] = [[...bins.values()]];
  while (boxes.length < colours) {
    const widest = boxes.reduce((best, box) => (spread(box) > spread(best) ? box : best));
    if (widest.length < 2) break;
    boxes = [...boxes.filter((box) => box !== widest), ...halves(widest)];
  }
  const entries = new Map<number, number>();
  for (const [entry, box] of boxes.entries()) for (const { key } of box) entries.set(key, entry);
  const data = Uint8Array.from({ length: height * width }, (_, pixel) => entries.get(keyOf(picture, pixel)) ?? 0);
  return { height, width, data, palette: boxes.map(meanOf) };
}

/** Pixels of nearly one colour. */
interface Bin {
  readonly key: number;
  count: number;
  readonly sum: [number, number, number];
}

function rgb({ channels, data }: Picture, pixel: number): Colour {
  const first = data[pixel * channels] ?? 0;
  return channels === 1 ? [first, first, first] : [first, data[pixel * 3 + 1] ?? 0, data[pixel * 3 + 2] ?? 0];
}

function keyOf(picture: Picture, pixel: number): number {
  return rgb(picture, pixel).reduce((key, part) => (key << 5) | (part >> coarse), 0);
}

function binsOf(picture: Picture): ReadonlyMap<number, Bin> {
  const bins = new Map<number, Bin>();
  for (let pixel = 0; pixel < picture.height * picture.width; pixel++) {
    const key = keyOf(picture, pixel);
    const bin = bins.get(key) ?? { key, count: 0, sum: [0, 0, 0] };
    bin.count++;
    for (const [c, part] of rgb(picture, pixel).entries()) bin.sum[c] = (bin.sum[c] ?? 0) + part;
    bins.set(key, bin);
  }
  return bins;
}

const channelOf = ({ sum, count }: Bin, c: number) => (sum[c] ?? 0) / count;

function rangeOf(box: readonly Bin[], c: number): number {
  let [low, high] = [255, 0];
  for (const bin of box) {
    low = Math.min(low, channelOf(bin, c));
    high = Math.max(high, channelOf(bin, c));
  }
  return high - low;
}

const pixelsOf = (box: readonly Bin[]) => box.reduce((total, { count }) => total + count, 0);

/** How much is lost by giving a box one colour: long sides and many pixels. */
function spread(box: readonly Bin[]): number {
  return box.length < 2 ? 0 : Math.max(...[0, 1, 2].map((c) => rangeOf(box, c))) * Math.sqrt(pixelsOf(box));
}

function halves(box: readonly Bin[]): readonly (readonly Bin[])[] {
  const sides = [0, 1, 2].map((c) => rangeOf(box, c));
  const longest = sides.indexOf(Math.max(...sides));
  const ordered = box.toSorted((a, b) => channelOf(a, longest) - channelOf(b, longest) || a.key - b.key);
  const half = pixelsOf(box) / 2;
  let [seen, cut] = [0, 0];
  while (cut < ordered.length - 1 && (cut === 0 || seen < half)) seen += ordered[cut++]?.count ?? 0;
  return [ordered.slice(0, cut), ordered.slice(cut)];
}

function meanOf(box: readonly Bin[]): Colour {
  const mean = (c: number) => Math.round(box.reduce((total, { sum }) => total + (sum[c] ?? 0), 0) / pixelsOf(box));
  return [mean(0), mean(1), mean(2)];
}
