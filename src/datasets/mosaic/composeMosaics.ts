import { ArgumentError } from '../../argumentError.ts';
import type { Picture } from '../../pictures/picture.ts';
import { resizeImage } from '../../pictures/resizeImage.ts';
import { type Random, random } from '../../random/random.ts';
import { imageAt, type LabelledImage, type LabelledImages, labelledImages } from '../labelledImages.ts';
import { type Box, inkFrom, type Mosaics, mosaicSide, type PlacedDigit } from './mosaic.ts';
import { largestDigit } from './truths.ts';

/** A mosaic is meant to have from 2 to 4 digits. */
const fewest = 2;
const most = 4;
/** The longer side of a digit in pixels. */
const smallest = 16;
const largest = 40;
/** Pixels at least between the pictures of two digits. */
const gap = 2;
/** So often a place is looked for; a digit that finds none is left out. */
const attempts = 50;

interface ComposeOptions {
  readonly name: string;
  readonly count: number;
  readonly seed: number;
}

/**
 * Composes mosaics of grey pictures of digits, ink bright; the same for the same seed. For each mosaic a number from 2 to 4 is drawn, and
 * so many digits, any as likely as any other: of each the part between its first and last rows and columns that are not
 * black, its longer side brought to a length from 16 to 40 (`resizeImage`), at a place where it lies within the mosaic and
 * two pixels off all others. Length and place are drawn together, up to 50 times; a digit that still finds no place is left
 * out. The first always finds one.
 * @throws ArgumentError for pictures in colour, or one that is black.
 */
export function composeMosaics(digits: LabelledImages, { name, count, seed }: ComposeOptions): Mosaics {
  if (digits.channels !== 1)
    throw new ArgumentError(`${digits.name}: mosaics are made of grey pictures, not of colour.`);
  const source = random(seed);
  const size = mosaicSide * mosaicSide;
  const images = new Uint8Array(count * size);
  const placed = Array.from({ length: count }, (_, i) =>
    compose(digits, images.subarray(i * size, (i + 1) * size), source),
  );
  return {
    images: labelledImages({
      name,
      images,
      labels: placed.map((those) => largestDigit(those).digit),
      height: mosaicSide,
      width: mosaicSide,
      channels: 1,
      classNames: digits.classNames,
    }),
    digits: placed,
  };
}

/** Draws the digits of one mosaic onto its bytes. */
function compose(digits: LabelledImages, canvas: Uint8Array, source: Random): PlacedDigit[] {
  const wanted = fewest + source.index(most - fewest + 1);
  const taken: Box[] = [];
  return Array.from({ length: wanted }).flatMap(() => {
    const index = source.index(digits.count);
    const image = imageAt(digits, index);
    const cut = cropped(image, nonBlack(image, digits.name, index));
    const place = placeFor(cut, taken, source);
    if (!place) return [];
    taken.push(place);
    const picture = resizeImage(cut, { height: place.y2 - place.y1, width: place.x2 - place.x1 });
    draw(picture, place, canvas);
    return [{ digit: image.label, source: index, ...inkOf(picture, place) }];
  });
}

function placeFor({ height, width }: Picture, taken: readonly Box[], source: Random): Box | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const factor = (smallest + source.index(largest - smallest + 1)) / Math.max(height, width);
    const [h, w] = [height, width].map((side) => Math.max(1, Math.round(side * factor))) as [number, number];
    const [x1, y1] = [source.index(mosaicSide - w + 1), source.index(mosaicSide - h + 1)];
    const place = { x1, y1, x2: x1 + w, y2: y1 + h };
    if (taken.every((other) => apart(place, other))) return place;
  }
  return undefined;
}

function apart(a: Box, b: Box): boolean {
  return a.x1 >= b.x2 + gap || b.x1 >= a.x2 + gap || a.y1 >= b.y2 + gap || b.y1 >= a.y2 + gap;
}

/** The smallest box with all pixels of at least `from`; undefined where there are none. */
function boundsOf({ data, height, width }: Omit<Picture, 'channels'>, from: number): Box | undefined {
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[y * width + x] ?? 0) < from) continue;
      x1 = Math.min(x1, x);
      y1 = Math.min(y1, y);
      x2 = Math.max(x2, x + 1);
      y2 = Math.max(y2, y + 1);
    }
  }
  return x2 > x1 ? { x1, y1, x2, y2 } : undefined;
}

function nonBlack(image: LabelledImage, name: string, index: number): Box {
  const box = boundsOf(image, 1);
  if (box) return box;
  throw new ArgumentError(`${name}: image ${index} is black all over, so a mosaic cannot show it. Leave it out.`);
}

function cropped({ data, width }: LabelledImage, { x1, y1, x2, y2 }: Box): Picture {
  const size = { height: y2 - y1, width: x2 - x1 };
  const pixel = (i: number) => data[(y1 + Math.floor(i / size.width)) * width + x1 + (i % size.width)] ?? 0;
  return { ...size, channels: 1, data: new Uint8Array(size.height * size.width).map((_, i) => pixel(i)) };
}

function draw({ data, width, height }: Picture, { x1, y1 }: Box, canvas: Uint8Array): void {
  for (let row = 0; row < height; row++) {
    canvas.set(data.subarray(row * width, (row + 1) * width), (y1 + row) * mosaicSide + x1);
  }
}

/** Where the ink of a picture at this place is. A digit without any has its whole place as its box. */
function inkOf(picture: Picture, place: Box): Pick<PlacedDigit, 'box' | 'ink'> {
  const { data, width, height } = picture;
  const tight = boundsOf(picture, inkFrom) ?? { x1: 0, y1: 0, x2: width, y2: height };
  const across = tight.x2 - tight.x1;
  const pixel = (i: number) => data[(tight.y1 + Math.floor(i / across)) * width + tight.x1 + (i % across)] ?? 0;
  const ink = new Uint8Array(across * (tight.y2 - tight.y1)).map((_, i) => (pixel(i) >= inkFrom ? 1 : 0));
  const { x1, y1 } = place;
  return { box: { x1: x1 + tight.x1, y1: y1 + tight.y1, x2: x1 + tight.x2, y2: y1 + tight.y2 }, ink };
}
