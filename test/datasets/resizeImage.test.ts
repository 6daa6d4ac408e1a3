import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../src/pictures/picture.ts';
import { resizeImage } from '../../src/pictures/resizeImage.ts';

const grey = (height: number, width: number, data: readonly number[]): Picture => ({
  height,
  width,
  channels: 1,
  data: Uint8Array.from(data),
});

const picture = fc
  .record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 6 }) })
  .chain(({ height, width }) =>
    fc
      .uint8Array({ minLength: height * width * 3, maxLength: height * width * 3 })
      .map((data): Picture => ({ height, width, channels: 3, data })),
  );
const size = fc.record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) });

/** Turned by 180 degrees. */
function turned(image: Picture): Picture {
  const { channels } = image;
  const pixels = Array.from({ length: image.height * image.width }, (_, index) => {
    return [...image.data.subarray(index * channels, (index + 1) * channels)];
  });
  return { ...image, data: Uint8Array.from(pixels.reverse().flat()) };
}

describe('resizing', () => {
  it('enlarges by straight lines between pixel centres', () => {
    expect([...resizeImage(grey(1, 2, [0, 100]), { height: 1, width: 4 }).data]).toEqual([0, 25, 75, 100]);
    expect([...resizeImage(grey(2, 1, [0, 100]), { height: 4, width: 1 }).data]).toEqual([0, 25, 75, 100]);
  });

  it('shrinks with every source pixel counting, near ones more', () => {
    // Halving: the triangle reaches two pixels either way; weights 1/8, 3/8, 3/8, 1/8, cut off at the border.
    const { data } = resizeImage(grey(1, 8, [0, 0, 0, 80, 0, 0, 0, 0]), { height: 1, width: 4 });
    expect([...data]).toEqual([0, 30, 10, 0]);
  });

  it('gives the same picture at the same size', () => {
    fc.assert(
      fc.property(picture, (image) => {
        expect(resizeImage(image, image)).toEqual(image);
      }),
      { seed: 1 },
    );
  });

  it('has exactly the size asked for, keeps flat colours, and does not shift: turning commutes with resizing', () => {
    fc.assert(
      fc.property(picture, size, (image, target) => {
        const resized = resizeImage(image, target);
        expect([resized.height, resized.width, resized.channels]).toEqual([target.height, target.width, 3]);
        const back = turned(resizeImage(turned(image), target));
        // A sum taken in the other order may round to the neighbouring byte.
        resized.data.forEach((byte, i) => {
          expect(Math.abs(byte - back.data[i]!)).toBeLessThanOrEqual(1);
        });
        const flat = { ...image, data: image.data.map(() => 77) };
        expect(resizeImage(flat, target).data.every((byte) => byte === 77)).toBe(true);
      }),
      { seed: 1 },
    );
  });
});
