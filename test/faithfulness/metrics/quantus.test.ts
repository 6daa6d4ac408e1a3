import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeness } from '../../../src/faithfulness/metrics/completeness.ts';
import { complexity, sparseness, valuesAbove } from '../../../src/faithfulness/metrics/complexity.ts';
import { faithfulnessCorrelation } from '../../../src/faithfulness/metrics/faithfulnessCorrelation.ts';
import { faithfulnessEstimate } from '../../../src/faithfulness/metrics/faithfulnessEstimate.ts';
import {
  attributionLocalisation,
  localisationAuc,
  type Mask,
  pointingGame,
  relevanceMassAccuracy,
  relevanceRankAccuracy,
  topKIntersection,
} from '../../../src/faithfulness/metrics/localisation.ts';
import { pixelFlipping } from '../../../src/faithfulness/metrics/pixelFlipping.ts';
import { regionPerturbation, selectivity } from '../../../src/faithfulness/metrics/regionPerturbation.ts';
import { byConstant, type Replacement } from '../../../src/faithfulness/metrics/replacement.ts';
import type { CellMap } from '../../../src/faithfulness/pixelMap.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { cpu } from '../../runtimes.ts';
import { farthest, mapsOf, masks, methods, quantus, reference, subjectOf } from './quantusReference.ts';

/** Quantus computes in single precision where we use double, and its network in PyTorch. */
const tolerance = 1e-4;

let classifier: Classifier;
let replace: Replacement;
beforeAll(async () => {
  classifier = await loadClassifier(reference.bytes, { runtime: cpu });
  replace = byConstant(classifier.input, 0);
});
afterAll(() => classifier.release());

const column = (values: readonly number[]) => values.map((value) => [value]);

describe.each(methods)('Quantus on the maps of %s, perturbing', (method) => {
  const maps = mapsOf(method);

  it('pixel flipping, and its area', async () => {
    const settings = { replace, pixelsPerStep: 28, definition: 'quantus' } as const;
    const curves = await pixelFlipping(subjectOf(classifier), maps, settings);
    const scores = curves.map(({ points }) => points.map(({ score }) => score));
    expect(farthest(scores, quantus('pixel_flipping_28_black', method))).toBeLessThan(tolerance);
    const areas = column(curves.map(({ area }) => area));
    expect(farthest(areas, quantus('pixel_flipping_28_black_auc', method))).toBeLessThan(tolerance);
  });

  it('region perturbation', async () => {
    const found = await regionPerturbation(subjectOf(classifier), maps, { replace, side: 4, regions: 20 });
    const drops = found.map((one) => one.drops);
    expect(farthest(drops, quantus('region_perturbation_4_black_morf', method))).toBeLessThan(tolerance);
  });

  it('selectivity', async () => {
    const curves = await selectivity(subjectOf(classifier), maps, { replace, side: 4, definition: 'quantus' });
    const scores = curves.map(({ points }) => points.map(({ score }) => score));
    expect(farthest(scores, quantus('selectivity_4_black', method))).toBeLessThan(tolerance);
  });

  it('faithfulness estimate', async () => {
    const found = await faithfulnessEstimate(subjectOf(classifier), maps, { replace, pixelsPerStep: 28 });
    expect(farthest(column(found), quantus('faithfulness_estimate_28_black', method))).toBeLessThan(tolerance);
  });

  it('completeness: equality to the last bit, which no map has; within 1% integrated gradients have it', async () => {
    const found = await completeness(subjectOf(classifier), maps, { replace, tolerance: 0 });
    expect(found.map(({ holds }) => [Number(holds)])).toEqual(quantus('completeness_black', method));
    const within = await completeness(subjectOf(classifier), maps, { replace });
    expect(within.every(({ holds }) => holds)).toBe(method === 'integrated_gradients_50');
  });
});

describe.each(methods)('Quantus on the maps of %s alone', (method) => {
  const maps = mapsOf(method).map(({ map }) => map);
  const expectAll = (metric: string, of: (map: CellMap, mask: Mask) => number | boolean) => {
    const ours = maps.map((map, i) => [Number(of(map, masks[i]!))]);
    expect(farthest(ours, quantus(metric, method))).toBeLessThan(tolerance);
  };

  it('sparseness, complexity and effective complexity', () => {
    expectAll('sparseness', (map) => sparseness(map, 'quantus'));
    expectAll('complexity', complexity);
    expectAll('effective_complexity_1e-3', (map) => valuesAbove(map, 1e-3));
  });

  it('localisation', () => {
    expectAll('pointing_game', (map, mask) => pointingGame(map, mask, { ties: 'any' }));
    expectAll('top_k_intersection_100', (map, mask) => topKIntersection(map, mask, 100));
    expectAll('relevance_mass_accuracy', (map, mask) => relevanceMassAccuracy(map, mask));
    expectAll('attribution_localisation', (map, mask) => attributionLocalisation(map, mask, { reading: 'absolute' }));
    expectAll('auc', (map, mask) => localisationAuc(map, mask));
  });

  // The four pixels of an occlusion window have one value, and the mask's k may cut through them. Quantus then takes those that
  // numpy's argsort has first, which is not stable and differs between processors: any of the orders is allowed, and nothing else.
  it('relevance rank accuracy, in one of the orders of equal values', () => {
    const theirs = quantus('relevance_rank_accuracy', method);
    const cut = maps.map((map, i) => {
      const { fewest, most } = rankAccuracies(map, masks[i]!);
      expect(theirs[i]![0]).toBeGreaterThan(fewest - tolerance);
      expect(theirs[i]![0]).toBeLessThan(most + tolerance);
      const ours = relevanceRankAccuracy(map, masks[i]!);
      if (fewest === most) expect(ours).toBeCloseTo(theirs[i]![0]!, 4);
      return fewest !== most;
    });
    expect(cut.filter((is) => is).length).toBe(method === 'occlusion' ? cutThrough : 0);
  });
});

/** So many of the 16 occlusion maps have equal values, some inside the mask and some not, at the cut. */
const cutThrough = 8;

/** The rank accuracy with equal values at the cut ordered in the worst and in the best way. */
function rankAccuracies({ values }: CellMap, mask: Mask): { readonly fewest: number; readonly most: number } {
  const inside = (pixel: number) => mask.values[pixel] !== 0;
  const k = Array.from(mask.values).filter((value) => value !== 0).length;
  const sizes = Array.from(values, Math.abs);
  const last = sizes.toSorted((a, b) => b - a)[k - 1]!;
  const above = [...sizes.keys()].filter((pixel) => sizes[pixel]! > last);
  const tied = [...sizes.keys()].filter((pixel) => sizes[pixel] === last);
  const [sure, room, hits] = [above.filter(inside).length, k - above.length, tied.filter(inside).length];
  return {
    fewest: (sure + Math.max(0, room - (tied.length - hits))) / k,
    most: (sure + Math.min(room, hits)) / k,
  };
}

// Both are estimates over random subsets of 224 pixels: Quantus' of 20 times 200, ours of 1,000 others. The standard error of a
// correlation r of n pairs is (1 - r^2) / sqrt(n), for the random map 0.016 of Quantus' own values: one image's may differ by
// more than 0.02 for that reason alone, and 4 standard errors of the difference are allowed. A method's mean may not.
it('Quantus on all maps: faithfulness correlation', async () => {
  const samples = 1000;
  const settings = { replace, subsetSize: 224, samples };
  const found = await faithfulnessCorrelation(subjectOf(classifier), methods.flatMap(mapsOf), settings);
  for (const [k, method] of methods.entries()) {
    const theirs = quantus('faithfulness_correlation_224_black_200', method).flat();
    const apart = theirs.map((value, image) => found[k * 16 + image]! - value);
    for (const [image, difference] of apart.entries()) {
      const error = (1 - theirs[image]! ** 2) * Math.sqrt(1 / 4000 + 1 / samples);
      expect(Math.abs(difference)).toBeLessThan(Math.max(0.02, 4 * error));
    }
    expect(Math.abs(apart.reduce((sum, difference) => sum + difference, 0) / 16)).toBeLessThan(0.02);
  }
});
