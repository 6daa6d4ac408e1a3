import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FeatureMap, inputCount, placeOf } from '../../../src/studies/regionPruning/featureMap.ts';
import { findRegions, type Neighbourhood } from '../../../src/studies/regionPruning/labelling.ts';

/** Flood fill, one cell at a time: slow, and plainly right. Regions as sorted lists of inputs, sorted. */
function floodFill(kept: Uint8Array, map: FeatureMap, neighbourhood: Neighbourhood): string[] {
  const inputs = inputCount(map);
  const places = Array.from({ length: inputs }, (_, input) => ({ input, ...placeOf(map, input) }));
  const found: string[] = [];
  const seen = new Set<number>();
  for (let start = 0; start < kept.length; start++) {
    if (kept[start] === 0 || seen.has(start)) continue;
    const unit = Math.floor(start / inputs);
    const members: number[] = [];
    const open = [start % inputs];
    seen.add(start);
    while (open.length > 0) {
      const at = places[open.pop()!]!;
      members.push(at.input);
      for (const other of places) {
        const [dy, dx] = [Math.abs(other.y - at.y), Math.abs(other.x - at.x)];
        const touches = other.channel === at.channel && (neighbourhood === 4 ? dy + dx === 1 : Math.max(dy, dx) === 1);
        const cell = unit * inputs + other.input;
        if (!touches || kept[cell] === 0 || seen.has(cell)) continue;
        seen.add(cell);
        open.push(other.input);
      }
    }
    found.push(`${unit}: ${members.sort((a, b) => a - b)}`);
  }
  return found.sort();
}

const maps = fc.record({
  channels: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 7 }),
  layout: fc.constantFrom('NCHW' as const, 'NHWC' as const),
});

describe('regions', () => {
  it('are those of a flood fill, in every layout and neighbourhood', () => {
    const pictures = maps.chain((map) => {
      const cells = 2 * inputCount(map);
      return fc.tuple(fc.constant(map), fc.uint8Array({ min: 0, max: 1, minLength: cells, maxLength: cells }));
    });
    fc.assert(
      fc.property(pictures, fc.constantFrom(4 as const, 8 as const), ([map, kept], neighbourhood) => {
        const found = findRegions(kept, map, neighbourhood).map(
          ({ unit, inputs }) => `${unit}: ${[...inputs].sort((a, b) => a - b)}`,
        );
        expect(found.sort()).toEqual(floodFill(kept, map, neighbourhood));
      }),
      { numRuns: 100 },
    );
  });

  it('join late: a comb whose teeth meet in the last row is one region', () => {
    const rows = ['1.1.1.1', '1.1.1.1', '1111111'];
    const kept = Uint8Array.from(rows.join(''), (cell) => (cell === '1' ? 1 : 0));
    const map = { channels: 1, height: 3, width: 7, layout: 'NCHW' as const };
    expect(findRegions(kept, map, 4)).toHaveLength(1);
    expect(findRegions(kept.slice(0, 14), { ...map, height: 2 }, 4)).toHaveLength(4);
  });

  it('touch at corners only in the neighbourhood of 8', () => {
    const kept = Uint8Array.of(1, 0, 0, 1);
    const map = { channels: 1, height: 2, width: 2, layout: 'NCHW' as const };
    expect(findRegions(kept, map, 4)).toHaveLength(2);
    expect(findRegions(kept, map, 8)).toHaveLength(1);
    // The right edge of a row does not touch the left edge of the next.
    expect(findRegions(Uint8Array.of(0, 1, 1, 0), map, 4)).toHaveLength(2);
  });
});
