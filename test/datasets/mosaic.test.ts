import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/dataset.ts';
import { loadDigits } from '../../src/datasets/digits.ts';
import { labelledImages } from '../../src/datasets/labelledImages.ts';
import { composeMosaics } from '../../src/datasets/mosaic/composeMosaics.ts';
import { inkFrom, type Mosaics, mosaicSide, type PlacedDigit } from '../../src/datasets/mosaic/mosaic.ts';
import { areaOf, classOfEachPixel, inkMask, labelsOf, largestDigit, sumOf } from '../../src/datasets/mosaic/truths.ts';

const pixels = mosaicSide * mosaicSide;
const classNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

let digits: Dataset;
let mosaics: Mosaics;
beforeAll(async () => {
  digits = await loadDigits();
  mosaics = composeMosaics(digits.test, { name: 'mosaic', count: 60, seed: 3 });
});

/** A set of 8x8 pictures, black but for what is drawn. */
function drawn(label: number, draw: (x: number, y: number) => number) {
  const images = Uint8Array.from({ length: 64 }, (_, i) => draw(i % 8, Math.floor(i / 8)));
  return labelledImages({ name: 'drawn', images, labels: [label], height: 8, width: 8, channels: 1, classNames });
}

describe('mosaics', () => {
  it('have two to four digits in most of them, all with their ink where the mask says', () => {
    for (const [i, placed] of mosaics.digits.entries()) {
      const bytes = mosaics.images.images.subarray(i * pixels, (i + 1) * pixels);
      expect(placed.length).toBeGreaterThanOrEqual(1);
      expect(placed.length).toBeLessThanOrEqual(4);
      // Whatever is bright is some digit's ink, and the other way round.
      const bright = bytes.map((byte) => (byte >= inkFrom ? 1 : 0));
      expect(Buffer.from(inkMask(placed)).equals(bright)).toBe(true);
      for (const { digit, source, box } of placed) {
        expect(digit).toBe(digits.test.labels[source]);
        expect(Math.min(box.x1, box.y1)).toBeGreaterThanOrEqual(0);
        expect(Math.max(box.x2, box.y2)).toBeLessThanOrEqual(mosaicSide);
        expect(Math.max(box.x2 - box.x1, box.y2 - box.y1)).toBeLessThanOrEqual(40);
      }
    }
    const counts = mosaics.digits.map(({ length }) => length);
    expect([2, 3, 4].every((count) => counts.filter((other) => other === count).length > 10)).toBe(true);
  });

  it('have boxes that are tight around the ink, and apart', () => {
    for (const placed of mosaics.digits) {
      for (const { box, ink } of placed) {
        const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
        expect(ink.length).toBe(width * height);
        const at = (x: number, y: number) => ink[y * width + x] === 1;
        const rows = [...Array(height).keys()];
        const columns = [...Array(width).keys()];
        expect(rows.some((y) => at(0, y)) && rows.some((y) => at(width - 1, y))).toBe(true);
        expect(columns.some((x) => at(x, 0)) && columns.some((x) => at(x, height - 1))).toBe(true);
      }
      for (const [i, { box: a }] of placed.entries()) {
        for (const { box: b } of placed.slice(i + 1)) {
          expect(a.x1 >= b.x2 + 2 || b.x1 >= a.x2 + 2 || a.y1 >= b.y2 + 2 || b.y1 >= a.y2 + 2).toBe(true);
        }
      }
    }
  });

  it('are the same for the same seed, and others for another', () => {
    const again = (seed: number) => composeMosaics(digits.test, { name: 'mosaic', count: 60, seed });
    const bytes = ({ images }: Mosaics) => Buffer.from(images.images);
    expect(bytes(again(3)).equals(bytes(mosaics))).toBe(true);
    const places = ({ digits }: Mosaics) => digits.map((placed) => placed.map(({ ink, ...rest }) => rest));
    expect(places(again(3))).toEqual(places(mosaics));
    expect(bytes(again(4)).equals(bytes(mosaics))).toBe(false);
  });

  it('bring a digit’s longer side to the length drawn, and cut the black around it off', () => {
    // White, two wide and four high, off the middle: half as wide as high whatever the length.
    const tall = drawn(7, (x, y) => (x >= 5 && x < 7 && y >= 1 && y < 5 ? 255 : 0));
    const { digits: placed, images } = composeMosaics(tall, { name: 'tall', count: 40, seed: 1 });
    const heights = placed.flat().map(({ box, ink }) => {
      const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
      expect(width).toBe(Math.round(height / 2));
      expect(ink.every((value) => value === 1)).toBe(true);
      return height;
    });
    expect([Math.min(...heights), Math.max(...heights)]).toEqual([16, 40]);
    expect([...images.labels]).toEqual(placed.map(() => 7));
  });

  it('leave the soft edge of a stroke out of the ink and the box', () => {
    // The right half of the picture is too dark to be ink; 63 stays 63 where it borders black.
    const soft = drawn(1, (x) => (x < 4 ? 255 : 10));
    const { digits: placed } = composeMosaics(soft, { name: 'soft', count: 10, seed: 1 });
    for (const { box, ink } of placed.flat()) {
      const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
      expect(width / height).toBeGreaterThan(0.45);
      expect(width / height).toBeLessThan(0.65);
      expect(ink.every((value) => value === 1)).toBe(true);
    }
  });

  it('are not made of colours or of black pictures', () => {
    const compose = (set: Parameters<typeof composeMosaics>[0]) =>
      composeMosaics(set, { name: 'x', count: 1, seed: 1 });
    expect(() => compose({ ...digits.test, channels: 3 })).toThrow(/grey pictures, not of colour/);
    expect(() => compose(drawn(0, () => 0))).toThrow(/image 0 is black all over.*Leave it out/);
  });
});

describe('what is true of a mosaic', () => {
  const placed: readonly PlacedDigit[] = [
    { digit: 3, source: 0, box: { x1: 1, y1: 0, x2: 3, y2: 2 }, ink: Uint8Array.from([1, 0, 0, 1]) },
    { digit: 9, source: 1, box: { x1: 90, y1: 95, x2: 93, y2: 96 }, ink: Uint8Array.from([1, 1, 1]) },
    { digit: 3, source: 2, box: { x1: 50, y1: 50, x2: 51, y2: 54 }, ink: Uint8Array.from([0, 1, 1, 1]) },
  ];
  const at = (x: number, y: number) => y * mosaicSide + x;

  it('is what its digits say', () => {
    expect(sumOf(placed)).toBe(15);
    expect([...labelsOf(placed)]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    // Both of four pixels: the first.
    expect(largestDigit(placed)).toBe(placed[0]);
    expect(largestDigit(placed.slice(1))).toBe(placed[2]);
    expect(areaOf({ x1: 3, y1: 0, x2: 1, y2: 5 })).toBe(0);
    expect(() => largestDigit([])).toThrow('no largest one');
  });

  it('gives each pixel of ink its digit', () => {
    const classes = classOfEachPixel(placed);
    const found = new Map([...classes.entries()].filter(([, value]) => value !== 0));
    const [three, nine] = [4, 10];
    const expected = [
      [at(1, 0), three],
      [at(2, 1), three],
      [at(50, 51), three],
      [at(50, 52), three],
      [at(50, 53), three],
      [at(90, 95), nine],
      [at(91, 95), nine],
      [at(92, 95), nine],
    ] as const;
    expect(found).toEqual(new Map(expected));
    expect(inkMask(placed.slice(1, 2)).reduce((sum, value) => sum + value, 0)).toBe(3);
  });
});
