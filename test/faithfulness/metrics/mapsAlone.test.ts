import { describe, expect, it } from 'vitest';
import { inputMap, meanImageMap } from '../../../src/faithfulness/baselineMaps.ts';
import { complexity, sparseness, valuesAbove } from '../../../src/faithfulness/metrics/complexity.ts';
import {
  attributionLocalisation,
  localisationAuc,
  type Mask,
  pointingGame,
  relevanceMassAccuracy,
  relevanceRankAccuracy,
  topKIntersection,
} from '../../../src/faithfulness/metrics/localisation.ts';
import { ssim } from '../../../src/faithfulness/metrics/ssim.ts';
import { sufficiency } from '../../../src/faithfulness/metrics/sufficiency.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { judged, scattered } from './linearSubject.ts';
import { mapsOf } from './quantusReference.ts';

const cells = (height: number, width: number, values: readonly number[]) => judged(height, width, values).map;

describe('sparseness, complexity and values above', () => {
  it('worked by hand: one pixel of four, all alike, and 1, 2, 1, -4', () => {
    expect(sparseness(cells(1, 4, [0, 0, -5, 0]))).toBeCloseTo(3 / 4, 9);
    expect(sparseness(cells(1, 4, [2, 2, 2, 2]))).toBeCloseTo(0, 9);
    // Sorted 1, 1, 2, 4 of 8: (-3 * 1 - 1 + 2 + 3 * 4) / (4 * 8).
    expect(sparseness(cells(1, 4, [1, 2, 1, -4]))).toBeCloseTo(10 / 32, 9);
    expect(complexity(cells(1, 4, [0, 0, -5, 0]))).toBe(0);
    expect(complexity(cells(1, 4, [2, 2, 2, 2]))).toBeCloseTo(Math.log(4), 9);
    expect(complexity(cells(1, 4, [1, 2, 1, -4]))).toBeCloseTo(Math.log(2) * (3 / 8 + 3 / 8 + 2 / 4 + 1 / 2), 9);
    expect(valuesAbove(cells(1, 4, [1, 2, 1, -4]), 1)).toBe(2);
    expect(valuesAbove(cells(1, 4, [10, 20, 10, -40]), 1)).toBe(4);
  });

  it('sparseness against the mean difference of all pairs', () => {
    const values = scattered(60);
    const sizes = values.map(Math.abs);
    const differences = sizes.flatMap((a) => sizes.map((b) => Math.abs(a - b))).reduce((s, v) => s + v, 0);
    const total = sizes.reduce((s, v) => s + v, 0);
    expect(sparseness(cells(6, 10, values))).toBeCloseTo(differences / (2 * 60 * total), 9);
  });

  it('do not depend on the scale; Quantus adds 1e-7, which makes a map of small values less sparse', () => {
    const small = [0, 0, 0, 1e-7];
    expect(sparseness(cells(1, 4, small))).toBeCloseTo(0.75, 9);
    // 1, 1, 1, 2 of 5: (-3 - 1 + 1 + 3 * 2) / (4 * 5).
    expect(sparseness(cells(1, 4, small), 'quantus')).toBeCloseTo(3 / 20, 6);
  });

  it('refuse maps of zeros and of what is not finite', () => {
    expect(() => sparseness(cells(1, 2, [0, 0]))).toThrow('The map is 0 everywhere');
    expect(() => complexity(cells(1, 2, [0, Number.POSITIVE_INFINITY]))).toThrow('Infinity at pixel 1 is not a finite');
    expect(() => valuesAbove(cells(1, 2, [0, Number.NaN]), 1)).toThrow('not a finite number');
    expect(() => valuesAbove(cells(1, 2, [0, 1]), -1)).toThrow('The threshold is -1');
  });
});

describe('localisation', () => {
  const mask: Mask = { height: 2, width: 3, values: [1, 1, 0, 0, 0, 0] };
  const map = cells(2, 3, [4, -2, 3, 0, 1, -6]);

  it('worked by hand', () => {
    expect(pointingGame(map, mask)).toBe(true);
    expect(pointingGame(cells(2, 3, [4, 0, 5, 0, 0, 0]), mask)).toBe(false);
    expect(relevanceMassAccuracy(map, mask)).toBe(6 / 16);
    expect(relevanceMassAccuracy(map, mask, 'positive')).toBe(4 / 8);
    // The two largest in size: -6 outside, 4 inside. With signs: 4 inside, 3 outside.
    expect(relevanceRankAccuracy(map, mask)).toBe(1 / 2);
    expect(topKIntersection(map, mask, 1)).toBe(1);
    expect(topKIntersection(map, mask, 1, 'absolute')).toBe(0);
    expect(topKIntersection(map, mask, 5)).toBe(2 / 5);
    expect(attributionLocalisation(map, mask)).toBe(4 / 8);
    expect(attributionLocalisation(map, mask, { reading: 'absolute' })).toBe(6 / 16);
    expect(attributionLocalisation(map, mask, { weighted: true })).toBe(((4 / 8) * 6) / 2);
    // 4 is above all four outside, -2 above one of them.
    expect(localisationAuc(map, mask)).toBe(5 / 8);
  });

  it('the pointing game has a tolerance, and may let any of equal peaks point', () => {
    const diagonal = cells(2, 3, [0, 0, 0, 0, 0, 9]);
    expect(pointingGame(diagonal, mask, { tolerance: 1.4 })).toBe(false);
    expect(pointingGame(diagonal, mask, { tolerance: 1.5 })).toBe(true);
    const late: Mask = { ...mask, values: [0, 0, 0, 0, 0, 1] };
    const twice = cells(2, 3, [9, 0, 0, 0, 0, 9]);
    expect(pointingGame(twice, late)).toBe(false);
    expect(pointingGame(twice, late, { ties: 'any' })).toBe(true);
  });

  it('equal values go by their place', () => {
    const equal = cells(2, 3, [0, 1, 1, 1, 1, 1]);
    expect(topKIntersection(equal, mask, 1)).toBe(1);
    expect(topKIntersection(equal, { ...mask, values: [0, 0, 0, 0, 0, 1] }, 4)).toBe(0);
  });

  it('the area under the curve against all pairs, with many equal values', () => {
    const values = scattered(80).map((value) => Math.round(value * 2));
    const inside = scattered(80, 2).map((value) => (value > 0.5 ? 1 : 0));
    const [ins, outs] = [1, 0].map((side) => values.filter((_, i) => inside[i] === side));
    const wins = ins!.flatMap((a) => outs!.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
    const slow = wins.reduce<number>((s, v) => s + v, 0) / wins.length;
    expect(localisationAuc(cells(8, 10, values), { height: 8, width: 10, values: inside })).toBeCloseTo(slow, 12);
  });

  it('says what is wrong with a mask or a map', () => {
    const none: Mask = { ...mask, values: [0, 0, 0, 0, 0, 0] };
    const all: Mask = { ...mask, values: [1, 1, 1, 1, 1, 1] };
    for (const metric of [
      pointingGame,
      relevanceMassAccuracy,
      relevanceRankAccuracy,
      attributionLocalisation,
      localisationAuc,
    ]) {
      expect(() => metric(map, none)).toThrow('Nothing is inside the mask');
      expect(() => metric(map, { ...mask, height: 3, width: 2 })).toThrow(
        'The mask is of 3 x 2 pixels (6 values), but the map of 2 x 3',
      );
      expect(() => metric(cells(2, 3, [1, 1, 1, 1, 1, 1]), mask)).toThrow('puts no pixel before another');
      expect(() => metric(cells(2, 3, [1, Number.NaN, 1, 1, 1, 1]), mask)).toThrow('not a finite number');
    }
    expect(() => localisationAuc(map, all)).toThrow('The whole image is inside the mask');
    expect(() => topKIntersection(map, mask, 7)).toThrow('k is 7: give a whole number from 1 to 6.');
    expect(() => attributionLocalisation(cells(2, 3, [-1, -2, 0, 0, 0, 0]), mask)).toThrow(
      'No value of the map is positive',
    );
  });
});

describe('ssim', () => {
  const at = (method: 'saliency' | 'integrated_gradients_50' | 'random', image: number) => mapsOf(method)[image]!.map;

  // skimage.metrics.structural_similarity 0.26 with data_range the range of both: as it is, and with gaussian_weights=True,
  // sigma=1.5, use_sample_covariance=False.
  it.each([
    ['integrated_gradients_50', 0, 0.335848243295969, 0.31291068519379095],
    ['random', 0, 0.004266418551508317, -9.059359450020516e-5],
    ['integrated_gradients_50', 7, 0.264003318680302, 0.22780386928224788],
    ['random', 7, 0.008920614605210634, 0.008026050071143076],
  ] as const)('agrees with scikit-image: saliency against %s, image %i', (method, image, uniform, gaussian) => {
    const [a, b] = [at('saliency', image), at(method, image)];
    expect(ssim(a, b, { window: 'uniform' })).toBeCloseTo(uniform, 6);
    expect(ssim(a, b)).toBeCloseTo(gaussian, 6);
    expect(ssim(b, a)).toBeCloseTo(gaussian, 9);
  });

  it('worked by hand: one window, two ramps of the same mean', () => {
    // Both have mean 0; b = -a, so that c = -v and SSIM = C1 (C2 - 2 v) / (C1 (C2 + 2 v)), with range 6 and v = 4 (49/48).
    const ramp = Array.from({ length: 49 }, (_, i) => (i % 7) - 3);
    const [v, c2] = [(4 * 49) / 48, (0.03 * 6) ** 2];
    const found = ssim(
      cells(7, 7, ramp),
      cells(
        7,
        7,
        ramp.map((value) => -value),
      ),
      { window: 'uniform' },
    );
    expect(found).toBeCloseTo((c2 - 2 * v) / (c2 + 2 * v), 9);
  });

  it('is 1 for equal maps, and says what cannot be', () => {
    expect(ssim(at('saliency', 0), at('saliency', 0))).toBeCloseTo(1, 9);
    expect(() => ssim(cells(7, 7, scattered(49)), cells(7, 7, scattered(49)))).toThrow(
      'smaller than a window of 11 x 11',
    );
    expect(() => ssim(cells(2, 3, scattered(6)), cells(3, 2, scattered(6)))).toThrow('of 2 x 3 and 3 x 2 cells');
    expect(() => ssim(cells(1, 1, [Number.NaN]), cells(1, 1, [1]))).toThrow('not finite');
  });
});

describe('sufficiency', () => {
  const decision = (values: readonly number[], chosen: number) => ({ map: cells(1, 2, values), chosen });

  it('worked by hand: two near each other, one far, one of the near with another class', () => {
    const decisions = [decision([1, 0], 0), decision([1.1, 0], 0), decision([1.2, 0], 1), decision([0, 5], 1)];
    const found = sufficiency(decisions, { threshold: 0.2 });
    expect(found.byImage).toEqual([1 / 2, 1 / 2, 0, undefined]);
    expect(found.mean).toBeCloseTo(1 / 3, 9);
  });

  it('divides by each pixel’s spread: a pixel of large values does not decide alone', () => {
    // Distances over spread: the second pixel is a thousand times the first, and both count the same.
    const decisions = [decision([1, 0], 0), decision([2, 0], 0), decision([1, 1000], 1), decision([2, 1000], 1)];
    expect(sufficiency(decisions, { threshold: 0.8 }).byImage).toEqual([1 / 2, 1 / 2, 1 / 2, 1 / 2]);
  });

  it('says what cannot be', () => {
    expect(() => sufficiency([decision([1, 0], 0)])).toThrow('give two or more');
    expect(() => sufficiency([decision([1, 0], 0), decision([1, 1], 0)])).toThrow('puts no pixel before another');
    expect(() => sufficiency([decision([1, 0], 0), { map: cells(1, 3, [1, 2, 3]), chosen: 0 }])).toThrow('1 x 3 cells');
    expect(sufficiency([decision([1, 0], 0), decision([0, 1], 0)], { threshold: 0 }).mean).toBeNaN();
  });
});

describe('maps of images', () => {
  const input = {
    layout: 'NHWC',
    height: 1,
    width: 2,
    channels: 3,
    order: 'RGB',
    scale: 1 / 255,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  } as const;
  const pixels = [0, 51, 255, 102, 102, 102];
  const image = Float32Array.from(pixels, (pixel) => (pixel / 255 - 0.5) / 0.5);

  it('the input and the mean image are brightness', () => {
    const rounded = (values: Float32Array) => Array.from(values, (value) => Math.round(value * 1000) / 1000);
    expect(rounded(inputMap(image, input).values)).toEqual([102, 102]);
    const black = new Float32Array(6).fill(-1);
    expect(rounded(meanImageMap(float32([2, 1, 2, 3], [...image, ...black]), input).values)).toEqual([51, 51]);
    expect(() => meanImageMap(float32([0, 1, 2, 3], []), input)).toThrow('There are no images');
  });
});
