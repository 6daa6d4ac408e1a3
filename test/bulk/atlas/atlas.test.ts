import { describe, expect, it } from 'vitest';
import { atlas } from '../../../src/bulk/atlas/atlas.ts';
import type { AtlasImage } from '../../../src/bulk/atlas/cluster.ts';
import { largestEigenpairs, symmetricEigenpairs } from '../../../src/bulk/atlas/eigenvectors.ts';
import { evidencePlace } from '../../../src/bulk/atlas/evidencePlace.ts';
import { kMeans } from '../../../src/bulk/atlas/kMeans.ts';
import { nearest, neighbourGraph } from '../../../src/bulk/atlas/neighbourGraph.ts';
import { objectEvidence } from '../../../src/bulk/atlas/objectEvidence.ts';
import { pooled, pooledSize } from '../../../src/bulk/atlas/pooledMaps.ts';
import { eigengap, spectralClusters, spectralDefaults } from '../../../src/bulk/atlas/spectralClusters.ts';
import { attributionLocalisation } from '../../../src/faithfulness/metrics/localisation.ts';
import { random } from '../../../src/random/random.ts';
import { atlasOf, aucOfTagged, plantedShortcut } from './plantedShortcut.ts';

const cells = 16;

/** Rows of length 1 around one of some axes. */
function around(axis: number, count: number, source = random(axis)): Float32Array[] {
  return Array.from({ length: count }, () => {
    const row = Float32Array.from({ length: cells }, (_, i) => 0.2 * source.uniform() + Number(i === axis));
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });
}

describe('maps made small', () => {
  const size = { height: 32, width: 32 };

  it('add up squares of pixels, and have length 1', () => {
    expect(pooledSize({ height: 28, width: 28 })).toEqual({ height: 14, width: 14 });
    expect(pooledSize({ height: 7, width: 16 })).toEqual({ height: 7, width: 16 });
    const values = new Float32Array(32 * 32);
    [values[0], values[33], values[31]] = [2, 1, -4];
    const found = pooled({ ...size, values });
    expect(found[0]).toBeCloseTo(0.6);
    expect(found[15]).toBeCloseTo(-0.8);
  });

  it('are 0 where they have no numbers', () => {
    expect(pooled({ height: 4, width: 4, values: new Float32Array(16).fill(Number.NaN) })).toEqual(
      new Float32Array(16),
    );
  });
});

describe('eigenpairs', () => {
  it('are those of a matrix worked by hand', () => {
    const found = symmetricEigenpairs([
      [2, 1],
      [1, 2],
    ]);
    expect(found.map(({ value }) => value)).toEqual([expect.closeTo(3), expect.closeTo(1)]);
    expect(Math.abs(found[0]?.vector[0] ?? 0)).toBeCloseTo(Math.SQRT1_2);
  });

  it('of a large matrix are those that rotations give', () => {
    const size = 60;
    const source = random(3);
    const graph = neighbourGraph([...around(0, 30, source), ...around(5, 30, source)], 5);
    const matrix = graph.neighbours.map((own, i) =>
      graph.neighbours.map(
        (other, j) => (own.includes(j) ? 1 / Math.sqrt(own.length * other.length) : 0) / 2 + Number(i === j) / 2,
      ),
    );
    const slow = symmetricEigenpairs(matrix);
    const multiply = (vector: Float64Array) =>
      Float64Array.from(matrix, (row) => row.reduce((sum, value, j) => sum + value * (vector[j] ?? 0), 0));
    const fast = largestEigenpairs({ size, multiply }, 5, random(1));
    for (const [i, { value, vector }] of fast.entries()) {
      expect(value).toBeCloseTo(slow[i]?.value ?? 0, 5);
      const product = multiply(vector);
      for (const [k, own] of vector.entries()) expect(product[k]).toBeCloseTo(value * own, 2);
    }
    // A graph of two parts has the eigenvalue 1 twice.
    expect(fast[0]?.value).toBeCloseTo(1, 8);
    expect(fast[1]?.value).toBeCloseTo(1, 8);
    expect(fast[2]?.value).toBeLessThan(0.999);
  });
});

describe('clusters', () => {
  it('neighbours are those with the largest product', () => {
    const rows = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(0.8, 0.6)];
    expect(nearest(rows[0]!, rows, 2, 0)).toEqual([2, 1]);
    expect(neighbourGraph(rows, 1).neighbours).toEqual([[2], [2], [0, 1]]);
  });

  it('are as many as eigenvalues come before the widest gap', () => {
    expect(eigengap([0, 0.01, 0.02, 0.5, 0.6])).toBe(3);
    expect(eigengap([0, 0.5, 0.6])).toBe(1);
  });

  it('by k-means are those that were made', () => {
    const points = [0, 0.1, 0.2, 10, 10.1, 5, 5.1].map((x) => Float64Array.of(x));
    const found = Array.from(kMeans(points, 3, random(1)));
    expect(new Set(found).size).toBe(3);
    expect(found[0]).toBe(found[2]);
    expect(found[3]).toBe(found[4]);
    expect(found[5]).toBe(found[6]);
  });

  it('are found again, also of maps that were not drawn', () => {
    const rows = [0, 5, 9].flatMap((axis) => around(axis, 60));
    for (const mostEmbedded of [2000, 90]) {
      const { clusters, count } = spectralClusters(rows, random(1), { ...spectralDefaults, mostEmbedded });
      expect(count).toBe(3);
      for (const first of [0, 60, 120]) {
        expect(new Set(clusters.subarray(first, first + 60))).toEqual(new Set([clusters[first]]));
      }
    }
  });

  it('of few maps are one', () => {
    expect(spectralClusters(around(0, 3), random(1))).toMatchObject({ count: 1 });
  });
});

describe('evidence on the object', () => {
  it('is the share of what is above 0 that lies inside the mask', () => {
    const source = random(6);
    const [height, width] = [3, 4];
    const values = Float32Array.from({ length: 12 }, () => source.uniform() - 0.4);
    const mask = { height, width, values: Uint8Array.from({ length: 12 }, (_, i) => Number(i % 3 === 0)) };
    const map = { height, width, values };
    expect(objectEvidence(map, mask)).toBeCloseTo(attributionLocalisation(map, mask));
    expect(objectEvidence({ ...map, values: values.map(() => -1) }, mask)).toBeUndefined();
    expect(objectEvidence(map, { ...mask, values: new Uint8Array(12) })).toBeUndefined();
  });

  it('of a layer counts each cell over all its pixels', () => {
    // The upper left cell is half inside, the lower right whole.
    const mask = { height: 4, width: 4, values: Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1) };
    const map = { height: 2, width: 2, values: Float32Array.of(4, 3, -9, 1) };
    expect(objectEvidence(map, mask)).toBeCloseTo((4 / 2 + 1) / 8);
  });
});

describe('what looks like a shortcut', () => {
  const imagesOf = (rows: readonly Float32Array[], target: number, from: number): AtlasImage[] =>
    rows.map((map, i) => ({ index: from + i, map, target, predicted: target, label: target }));

  it('is evidence in a place where the others have none', () => {
    const place = evidencePlace(
      [Float32Array.of(0.5, 0.5, 0), Float32Array.of(0.7, 0.3, 0)],
      Float64Array.of(0, 0.4, 0.6),
    );
    expect(place).toEqual({ cells: [0], share: expect.closeTo(0.6), fixed: 1 });
    expect(evidencePlace([Float32Array.of(0, 1)], Float64Array.of(0.5, 0.5)).cells).toEqual([]);
  });

  it('comes first, and nothing is suspicious where classes have places of their own', () => {
    const source = random(4);
    const digits = (count: number) =>
      Array.from({ length: count }, () =>
        Float32Array.from({ length: cells }, (_, i) => (i < 8 ? source.uniform() : 0)),
      );
    const plain = [...imagesOf(digits(200), 0, 0), ...imagesOf(digits(200), 1, 200)];
    expect(atlas(plain).clusters.some(({ isSuspicious }) => isSuspicious)).toBe(false);
    const tagged = digits(40).map((row) => row.map((value, i) => (i === 15 ? 5 : value)));
    const [first] = atlas([...plain, ...imagesOf(tagged, 1, 400)]).clusters;
    expect(first).toMatchObject({ target: 1, isSuspicious: true, cells: [15], accuracy: 1, purity: 1 });
    expect(first?.images.every(({ index }) => index >= 400)).toBe(true);
    expect(first?.images.length).toBeGreaterThanOrEqual(38);
  });

  it('is evidence off the object, where masks say so, also of a whole class; a place on the object is none', () => {
    const source = random(5);
    const on = (onObject: number, images: readonly AtlasImage[]) => images.map((image) => ({ ...image, onObject }));
    const rows = (cell: number, count: number) =>
      Array.from({ length: count }, () =>
        Float32Array.from({ length: cells }, (_, i) => source.uniform() + 5 * Number(i === cell)),
      );
    const [one, two] = [imagesOf(rows(3, 60), 0, 0), imagesOf(rows(9, 60), 1, 60)];
    expect(atlas([...one, ...two]).clusters.filter(({ isSuspicious }) => isSuspicious)).toEqual([]);
    const [first, ...others] = atlas([...on(0.9, one), ...on(0.4, two)]).clusters;
    expect(first).toMatchObject({ target: 1, share: 1, isSuspicious: true });
    expect(first?.offObject).toEqual({ share: expect.closeTo(0.6), others: expect.closeTo(0.1), usual: 1 });
    expect(others.some(({ isSuspicious }) => isSuspicious)).toBe(false);
    const [alone] = atlas(on(0.1, two)).clusters;
    expect(alone).toMatchObject({ isSuspicious: false, offObject: { share: expect.closeTo(0.9), others: undefined } });
    const wrong = atlas([...on(0.9, one), ...on(0.4, two).map((image) => ({ ...image, predicted: 0 }))]).clusters;
    expect(wrong.some(({ isSuspicious }) => isSuspicious)).toBe(false);
    const plain = [...imagesOf(rows(-1, 60), 0, 0), ...imagesOf(rows(-1, 60), 1, 60)].map((image) => ({
      ...image,
      map: image.map.map((value, i) => (i < 8 ? value : 0)),
    }));
    const few = imagesOf(
      rows(15, 20).map((row) => row.map((value, i) => (i < 8 || i === 15 ? value : 0))),
      1,
      120,
    );
    const flagged = (onObject: number) =>
      atlas([...on(0.9, plain), ...on(onObject, few)]).clusters.flatMap(({ isSuspicious, cells: found }) =>
        isSuspicious ? [found] : [],
      );
    expect(flagged(0.8)).toEqual([[15]]);
    expect(flagged(0.95)).toEqual([]);
  });

  it('is found of digits that a network was trained on, where a tag was planted, and nothing where not (check:atlas has ten seeds)', async () => {
    const planted = await plantedShortcut(2, 0.2);
    const found = await atlasOf(planted);
    expect(found.clusters[0]).toMatchObject({ target: planted.taggedClass, isSuspicious: true });
    expect(aucOfTagged(found, planted)).toBeGreaterThan(0.95);
    const plain = await atlasOf(await plantedShortcut(2, 0));
    expect(plain.clusters.filter(({ isSuspicious }) => isSuspicious)).toEqual([]);
  });
});
