import { describe, expect, it } from 'vitest';
import {
  centred,
  identification,
  likenessOfDifferent,
  likenessOfPairs,
} from '../../../src/studies/noncontributing/paper/mapControls.ts';

const side = 10;
/** What all maps share: higher towards the edge. */
const common = Float32Array.from({ length: side * side }, (_, i) =>
  Math.hypot((i % side) - 4.5, Math.floor(i / side) - 4.5),
);
/** A bump somewhere else for each image, within the part that has no rim. */
const own = (image: number, height: number) =>
  common.map((value, i) => value + (i === 44 + (image % 2) + 10 * Math.floor(image / 2) ? height : 0));
const maps = [0, 1, 2, 3].map((image) => own(image, 3));

describe('controls of maps', () => {
  it('maps that share an edge are alike although each is of another image', () => {
    const alike = likenessOfDifferent(maps);
    expect(alike.whole).toBeGreaterThan(0.9);
    // Of the inner four pixels each map has its bump on another one.
    expect(alike.inner).toBeLessThan(0.1);
    expect(likenessOfPairs(maps, maps)).toEqual({ whole: 1, inner: 1 });
  });

  it('what is left without the mean map tells them apart', () => {
    const left = centred(maps);
    for (let i = 0; i < side * side; i++) {
      expect(left.reduce((sum, map) => sum + map[i]!, 0)).toBeCloseTo(0, 4);
    }
    expect(left[0]![44]).toBeCloseTo(3 - 3 / 4, 4);
    expect(likenessOfDifferent(left).whole).toBeLessThan(0.9);
  });

  it('a map picks its own image, by what is its own alone', () => {
    const steeper = [0, 1, 2, 3].map((image) => own(image, 1.5).map((value, i) => value + 5 * common[i]!));
    expect(identification(steeper, maps)).toEqual({ whole: 1, inner: 1 });
    expect(
      identification(
        steeper,
        [1, 2, 3, 0].map((image) => own(image, 3)),
      ),
    ).toEqual({ whole: 0, inner: 0 });
  });
});
