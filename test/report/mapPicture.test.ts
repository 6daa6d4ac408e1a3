import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { place } from '../../src/language/english/maps.ts';
import { divergingColour, noValueColour } from '../../src/pictures/colours.ts';
import type { Picture } from '../../src/pictures/picture.ts';
import { encodePicture } from '../../src/pictures/png.ts';
import { thumbnail } from '../../src/pictures/thumbnail.ts';
import { legendPicture, mapPicture } from '../../src/report/drawing/mapPicture.ts';
import { mapScale, readMap } from '../../src/report/drawing/mapReading.ts';
import { reportPictures } from '../../src/report/explanation/reportPictures.ts';
import type { AttributionMap } from '../../src/report/explanation/view.ts';
import { demoDigit, demoDigits } from './demoView.ts';

const base = demoDigit(7).maps[1]!;

function mapFrom(width: number, height: number, values: readonly number[], scale: number): AttributionMap {
  return { ...base, width, height, values: Float32Array.from(values), scale };
}

function pixel({ width, data }: Picture, x: number, y: number): readonly number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

const grey = (width: number, height: number, values: readonly number[]): Picture => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from(values),
});

it('a map of more channels than a call takes arguments is read, and where it is strongest said', () => {
  const height = 200_000;
  const names = Array.from({ length: height }, (_, i) => `c${i}`);
  const values = new Float32Array(height).fill(0.25);
  values[7] = 2;
  const cells = { kind: 'signal', names } as const;
  const map: AttributionMap = { ...base, width: 1, height, values, scale: 2, cells };
  const { cell, forPlace } = readMap(map);
  expect(cell).toBe('moment');
  expect(forPlace && place(forPlace)).toBe('in the middle of “c7”');
});

describe('a map as a picture', () => {
  it('shows each value in its own pixel, in the legend’s colours', () => {
    const map = mapFrom(3, 2, [0, 1, -1, 0.5, Number.NaN, -9], 1);
    const drawn = mapPicture(map, readMap(map), grey(3, 2, [0, 0, 0, 0, 0, 0]));
    expect(pixel(drawn, 0, 0)).toEqual(divergingColour(0));
    expect(pixel(drawn, 1, 0)).toEqual(divergingColour(1));
    expect(pixel(drawn, 2, 0)).toEqual(divergingColour(-1));
    expect(pixel(drawn, 0, 1)).toEqual(divergingColour(0.5));
    expect(pixel(drawn, 1, 1)).toEqual(noValueColour);
    expect(pixel(drawn, 2, 1)).toEqual(divergingColour(-1));
  });

  it('lays a photograph beneath in neutral grey where the map is zero, and not at all at full colour', () => {
    const photograph: Picture = {
      width: 3,
      height: 1,
      channels: 3,
      data: Uint8Array.from([255, 0, 0, 0, 0, 90, 255, 255, 255]),
    };
    const map = mapFrom(3, 1, [0, 0, 0], 1);
    for (let x = 0; x < 3; x++) {
      const [red, green, blue] = pixel(mapPicture(map, readMap(map), photograph), x, 0);
      expect([green, blue]).toEqual([red, red]);
    }
    const full = mapFrom(3, 1, [1, -1, 1], 1);
    const drawn = mapPicture(full, readMap(full), photograph);
    expect([0, 1, 2].map((x) => pixel(drawn, x, 0))).toEqual([1, -1, 1].map(divergingColour));
  });

  it('stretches a coarse map in even blocks, the right way up', () => {
    const map = mapFrom(2, 2, [1, 0, 0, -1], 1);
    const drawn = mapPicture(map, readMap(map), grey(4, 4, new Array(16).fill(0)));
    expect(pixel(drawn, 1, 1)).toEqual(divergingColour(1));
    expect(pixel(drawn, 2, 1)).toEqual(divergingColour(0));
    expect(pixel(drawn, 1, 2)).toEqual(divergingColour(0));
    expect(pixel(drawn, 2, 2)).toEqual(divergingColour(-1));
  });

  it('leaves a map of zeros blank', () => {
    const map = mapFrom(2, 1, [0, 0], 0);
    const drawn = mapPicture(map, readMap(map), grey(2, 1, [0, 255]));
    expect([pixel(drawn, 0, 0), pixel(drawn, 1, 0)]).toEqual([divergingColour(0), divergingColour(0)]);
  });

  it('has a legend that runs from blue, or from neutral, to red', () => {
    const both = legendPicture(true);
    expect([pixel(both, 0, 0), pixel(both, 127, 0), pixel(both, 254, 0)]).toEqual([-1, 0, 1].map(divergingColour));
    const half = legendPicture(false);
    expect([pixel(half, 0, 0), pixel(half, half.width - 1, 0)]).toEqual([0, 1].map(divergingColour));
  });
});

describe('reading a map', () => {
  it('takes a scale that few pixels exceed, and the maximum of a sparse map', () => {
    const values = Float32Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? at : -at) / 1000);
    expect(mapScale(values)).toBeCloseTo(0.994, 3);
    const sparse = new Float32Array(1000);
    sparse[3] = -4;
    expect(mapScale(sparse)).toBe(4);
    expect(mapScale(Float32Array.of(Number.NaN, 2))).toBe(2);
    expect(mapScale(new Float32Array(4))).toBe(0);
  });

  it('finds how much speaks for and against, and where', () => {
    const values = new Array(81).fill(0);
    values[8] = 3;
    values[72] = -1;
    const reading = readMap(mapFrom(9, 9, values, 2));
    expect(reading).toMatchObject({ forTotal: 3, againstTotal: 1, beyond: 1 });
    const places = [reading.forPlace, reading.againstPlace].map((found) => found && place(found));
    expect(places).toEqual(['at the upper right', 'at the lower left']);
  });
});

describe('pictures as files', () => {
  it('can be read back unchanged', () => {
    const { picture } = demoDigit(3);
    const read = decode(encodePicture(picture));
    expect([read.width, read.height, read.channels]).toEqual([28, 28, 1]);
    expect([...read.data]).toEqual([...picture.data]);
  });

  it('have safe names of their own, also where methods and ids look alike', () => {
    const view = demoDigits();
    const twins = { ...view, explained: ['A:1', 'a/1', '../../a 1', '日本'].map((id) => ({ ...demoDigit(1), id })) };
    const names = reportPictures(twins).map(({ name }) => name);
    expect(names).toHaveLength(4 * 4 + 1);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-+[a-z0-9]+)*\.png$/);
  });

  it('carry the outline of the stroke', () => {
    const [, , map] = reportPictures({ ...demoDigits([1]) });
    const { width, height, data, channels } = decode(map!.png);
    expect([width, height, channels]).toEqual([448, 448, 3]);
    const neutralDark = Array.from({ length: width * height }, (_, at) => data.slice(3 * at, 3 * at + 3)).filter(
      ([red, green, blue]) => red === green && green === blue && red! < 150,
    );
    expect(neutralDark.length).toBeGreaterThan(500);
  });

  it('are averaged down for the overview without a change of colour', () => {
    const plain: Picture = {
      width: 450,
      height: 225,
      channels: 3,
      data: new Uint8Array(450 * 225 * 3).map((_, at) => [9, 80, 200][at % 3]!),
    };
    const small = thumbnail(plain);
    expect([small.width, small.height]).toEqual([112, 56]);
    expect(pixel(small, 111, 55)).toEqual([9, 80, 200]);
  });
});
