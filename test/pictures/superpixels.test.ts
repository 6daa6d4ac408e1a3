import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { indexed } from '../../src/pictures/palette.ts';
import type { Picture } from '../../src/pictures/picture.ts';
import { dataUrl, indexedUrl } from '../../src/pictures/png.ts';
import { superpixels } from '../../src/pictures/superpixels.ts';

function picture(
  height: number,
  width: number,
  at: (x: number, y: number) => readonly [number, number, number],
): Picture {
  const data = new Uint8Array(3 * height * width);
  for (let i = 0; i < height * width; i++) data.set(at(i % width, Math.floor(i / width)), 3 * i);
  return { height, width, channels: 3, data };
}

/** A slanted edge between two colours, with a little texture. */
const edge = picture(60, 80, (x, y) =>
  x + y / 3 < 47 ? [200 + ((x * y) % 9), 40, 40] : [30, 60 + ((x + y) % 7), 190],
);

describe('superpixels', () => {
  const patches = superpixels(edge, 48);
  const pixelsOf = (patch: number) => [...patches.labels.keys()].filter((at) => patches.labels[at] === patch);

  it('are about as many as wanted, and every pixel is in one', () => {
    expect(patches.count).toBeGreaterThan(30);
    expect(patches.count).toBeLessThan(70);
    expect(new Set(patches.labels)).toEqual(new Set(Array.from({ length: patches.count }, (_, i) => i)));
  });

  it('follow the edges: no patch has pixels of both colours', () => {
    for (let patch = 0; patch < patches.count; patch++) {
      const reds = pixelsOf(patch).map((at) => (edge.data[3 * at] ?? 0) > 100);
      expect(new Set(reds).size).toBe(1);
    }
  });

  it('hang together, each found whole by going from neighbour to neighbour', () => {
    for (let patch = 0; patch < patches.count; patch++) {
      const own = new Set(pixelsOf(patch));
      const [first = 0] = own;
      const reached = new Set([first]);
      for (const at of reached) {
        for (const next of [at - 1, at + 1, at - 80, at + 80]) {
          const isBeside = Math.abs((next % 80) - (at % 80)) <= 1;
          if (own.has(next) && isBeside) reached.add(next);
        }
      }
      expect(reached.size).toBe(own.size);
    }
  });

  it('are the same again, and of a single pixel or a grey picture there are some too', () => {
    expect(superpixels(edge, 48)).toEqual(patches);
    expect(
      superpixels(
        picture(1, 1, () => [1, 2, 3]),
        48,
      ),
    ).toMatchObject({ count: 1 });
    const grey: Picture = {
      height: 4,
      width: 4,
      channels: 1,
      data: new Uint8Array(16).map((_, i) => (i % 4 < 2 ? 0 : 255)),
    };
    const { labels } = superpixels(grey, 4);
    const rows = [0, 1, 2, 3].map((y) => [...labels.subarray(4 * y, 4 * y + 4)]);
    for (const [a, b, c, d] of rows) expect([a === b, b === c, c === d]).toEqual([true, false, true]);
  });
});

describe('a picture in fewer colours', () => {
  it('is the picture itself where it has no more of them', () => {
    const few = picture(8, 8, (x, y) => [x < 4 ? 10 : 250, y < 3 ? 20 : 90, 128]);
    const { data, palette } = indexed(few, 16);
    const again = Uint8Array.from([...data].flatMap((entry) => palette[entry]!.slice(0, 3)));
    expect(again).toEqual(few.data);
  });

  it('is near it where it has more: a step of the palette, not more', () => {
    const ramp = picture(64, 64, (x, y) => [x * 4, y * 4, 128]);
    const { data, palette } = indexed(ramp, 64);
    expect(palette).toHaveLength(64);
    let worst = 0;
    for (const [pixel, entry] of data.entries()) {
      for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(palette[entry]![c]! - ramp.data[3 * pixel + c]!));
    }
    // 64 boxes of a square of 256 x 256 colours have sides of 32 to 64.
    expect(worst).toBeLessThanOrEqual(48);
  });

  it('is a PNG with a palette, transparent where it is to be', () => {
    const url = indexedUrl({
      height: 1,
      width: 2,
      data: Uint8Array.of(1, 0),
      palette: [
        [9, 8, 7, 0],
        [1, 2, 3, 255],
      ],
    });
    const read = decode(Buffer.from(url.split(',')[1]!, 'base64'));
    expect(read.palette).toEqual([
      [9, 8, 7, 0],
      [1, 2, 3, 255],
    ]);
    expect([...read.data]).toEqual([1, 0]);
    const large = decode(Buffer.from(dataUrl(picture(80, 80, (x, y) => [x, y, 0])).split(',')[1]!, 'base64'));
    expect(large.palette!.length).toBeGreaterThan(99);
  });
});
