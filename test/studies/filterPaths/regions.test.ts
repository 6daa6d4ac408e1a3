import { describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { FiltersError } from '../../../src/studies/filterPaths/errors.ts';
import { compileOccluder, type Fill } from '../../../src/studies/occludedRegions/occluding.ts';
import { meanEffects, regionEffects } from '../../../src/studies/occludedRegions/regionEffects.ts';
import { regionGrid } from '../../../src/studies/occludedRegions/regionGrid.ts';
import { regionSets } from '../../../src/studies/occludedRegions/regionSets.ts';
import { built, load, value } from '../../networks.ts';
import { runtimes } from '../../runtimes.ts';

/** 9 regions of 2x2 pixels; region r adds to the score of class 0 its sum of pixels times this, and class 1 has 1 always. */
const worth = [0.1, 0.5, 0, -0.4, 0.9, 0, 0.3, 0, 0.2];

function regionOf(pixel: number): number {
  return Math.floor(Math.floor(pixel / 6) / 2) * 3 + Math.floor((pixel % 6) / 2);
}

/** Two scores: sum of worth times pixel, and 1. */
function additive(runtime?: Classifier['runtime']): Promise<Classifier> {
  const model = built(value('input', ['N', 1, 6, 6]), ['N', 2], (builder, input) => {
    const flat = builder.ops.Reshape(input, builder.ints([-1, 36]));
    const columns = Array.from({ length: 36 }, (_, pixel) => [worth[regionOf(pixel)]!, 0]).flat();
    const sums = builder.ops.MatMul(flat, builder.constant(float32([36, 2], columns)));
    return builder.ops.Add(sums, builder.constant(float32([2], [0, 1])));
  });
  return load(model, runtime ? { runtime } : {});
}

/** Every pixel is 0.25, so that region r adds worth[r]; class 0 wins with 1.6 against 1. */
const image: Tensor<'float32'> = float32([1, 1, 6, 6], new Float32Array(36).fill(0.25));

describe.each(runtimes)('occluding regions on $name', ({ runtime }) => {
  it('drops the score by what the region adds, and flips where that is enough', async () => {
    const classifier = await additive(runtime);
    const occluder = await compileOccluder(classifier, regionGrid(classifier.input, 2), { pixel: 0 });
    const [effects] = await regionEffects(occluder, classifier, image, [0]);
    for (const [region, drop] of worth.entries()) expect(effects!.drops[region]).toBeCloseTo(drop, 5);
    expect([...effects!.flips]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
    const mean = meanEffects([effects!, { drops: new Float32Array(9), flips: new Uint8Array(9) }], 9);
    expect(mean.fragile).toBe(0.5);
    expect(mean.drops[4]).toBeCloseTo(0.45, 5);
    await occluder.release();
    await classifier.release();
  });
});

describe('what takes a region’s place', () => {
  const step = float32(
    [1, 1, 6, 6],
    Array.from({ length: 36 }, (_, pixel) => (pixel % 6 < 3 ? 1 : 0)),
  );

  /** The score of class 0 with region 4 hidden is worth . shown. */
  async function scoreWith(fill: Fill): Promise<number> {
    const classifier = await additive();
    const occluder = await compileOccluder(classifier, regionGrid(classifier.input, 2), fill);
    const { data } = await occluder.run(step, [{ image: 0, regions: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0) }]);
    await occluder.release();
    await classifier.release();
    return data[0]!;
  }

  const others = worth.reduce((sum, own, region) => {
    const pixels = Array.from({ length: 36 }, (_, i) => i).filter((pixel) => regionOf(pixel) === region);
    return region === 4 ? sum : sum + own * pixels.reduce((lit, pixel) => lit + step.data[pixel]!, 0);
  }, 0);

  it('a pixel value', async () => {
    expect(await scoreWith({ pixel: 51 })).toBeCloseTo(others + 4 * 0.2 * worth[4]!, 5);
  });

  it('the image’s mean', async () => {
    expect(await scoreWith('mean')).toBeCloseTo(others + 4 * 0.5 * worth[4]!, 5);
  });

  it('the image blurred by a Gaussian as wide as a region, its border going on', async () => {
    const weight = (d: number) => Math.exp(-(d ** 2) / (2 * 2 ** 2));
    const reach = Array.from({ length: 11 }, (_, i) => i - 5);
    const total = reach.reduce((sum, d) => sum + weight(d), 0);
    const shown = (x: number) =>
      reach.reduce((sum, d) => sum + (Math.min(5, Math.max(0, x + d)) < 3 ? weight(d) : 0), 0) / total;
    expect(await scoreWith('blur')).toBeCloseTo(others + 2 * (shown(2) + shown(3)) * worth[4]!, 5);
  });
});

describe('the smallest sets of regions', () => {
  it('are those of a search through all 512 sets', async () => {
    const classifier = await additive();
    const occluder = await compileOccluder(classifier, regionGrid(classifier.input, 2), { pixel: 0 });
    const harder = float32([1, 1, 6, 6], new Float32Array(36).fill(0.25 * 1.4));
    const { deciding, sufficient } = await regionSets(occluder, classifier, harder, 0);
    const gain = (set: number) => worth.reduce((sum, own, region) => ((set >> region) & 1 ? sum + 1.4 * own : sum), 0);
    const all = Array.from({ length: 512 }, (_, set) => set);
    const size = (set: number) => worth.filter((_, region) => (set >> region) & 1).length;
    const smallest = (goal: (set: number) => boolean) => Math.min(...all.filter(goal).map(size));
    expect(deciding!.regions).toHaveLength(smallest((set) => gain(511 - set) < 1));
    expect(deciding!.decides).toBe(1);
    expect(sufficient!.regions).toHaveLength(smallest((set) => gain(set) > 1));
    expect(sufficient!.decides).toBe(0);
    await occluder.release();
    await classifier.release();
  });

  it('are undefined where nothing settles it', async () => {
    const classifier = await additive();
    const occluder = await compileOccluder(classifier, regionGrid(classifier.input, 2), { pixel: 0 });
    const dark = float32([1, 1, 6, 6], new Float32Array(36));
    // Class 1 has 1 whatever is hidden: nothing changes that, and nothing is needed for it.
    const { deciding, sufficient } = await regionSets(occluder, classifier, dark, 1);
    expect(deciding).toBeUndefined();
    expect(sufficient!.regions).toEqual([]);
    await occluder.release();
    await classifier.release();
  });
});

describe('the grid', () => {
  it('is the paper’s for 28x28, and covers other sizes to their end', () => {
    expect(regionGrid({ height: 28, width: 28 })).toMatchObject({ rows: 14, columns: 14, side: 2 });
    const { rows, columns, boxes } = regionGrid({ height: 10, width: 7 }, 3);
    expect([rows, columns, boxes.length]).toEqual([4, 3, 12]);
    expect(boxes.at(-1)).toEqual({ top: 9, bottom: 10, left: 6, right: 7 });
  });

  it.each([0, 1.5, 29])('refuses regions of %f pixels', (side) => {
    expect(() => regionGrid({ height: 28, width: 28 }, side)).toThrow(FiltersError);
  });
});
