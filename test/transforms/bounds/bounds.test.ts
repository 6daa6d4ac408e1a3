import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32, rows } from '../../../src/onnx/tensor.ts';
import { random } from '../../../src/random/random.ts';
import { runtimes } from '../../runtimes.ts';
import type { Array64 } from '../../slow/array64.ts';
import { evaluateSlow } from '../../slow/evaluate.ts';
import { slowNodes, toArray64 } from '../../slow/slowGraph.ts';
import { boundsOf } from './boundsOf.ts';
import { networkNames, type TinyNetwork, tinyNetwork } from './networks.ts';
import { constantsOf, slowIntervals, slowLower } from './slowBounds.ts';

const pixels = 9;
/** Two functions for each of two images: a difference of scores, and any. */
const functionsOf = ({ scores }: TinyNetwork) =>
  float32(
    [4, scores],
    [0, 1, 2, 3].flatMap((row) =>
      Array.from({ length: scores }, (_, k) => (row % 2 === 0 ? [1, -1, 0][k]! : 0.3 * k - 0.5)),
    ),
  );

function radiusOf(seed: number, size: number) {
  const source = random(seed);
  return float32(
    [2, 1, 3, 3],
    Float32Array.from({ length: 2 * pixels }, () => size * source.uniform()),
  );
}

/** All 2^9 corners of one image's box and a few points inside it. */
function pointsOf(image: Float32Array, radius: Float32Array, seed: number): Array64 {
  const source = random(seed);
  const count = 2 ** pixels + 100;
  const data = Float64Array.from({ length: count * pixels }, (_, at) => {
    const [point, i] = [Math.floor(at / pixels), at % pixels];
    const u = point < 2 ** pixels ? ((point >> i) & 1) * 2 - 1 : 2 * source.uniform() - 1;
    return image[i]! + u * radius[i]!;
  });
  return { dims: [count, 1, 3, 3], data };
}

function boxOf(image: Float32Array, radius: Float32Array) {
  const end = (sign: number) => ({
    dims: [1, 1, 3, 3],
    data: Float64Array.from(image, (value, i) => value + sign * radius[i]!),
  });
  return { low: end(-1), high: end(1) };
}

/**
 * What rounding may account for grows with a network's values: tolerances are in units of the largest, plus one. Over 180 draws of each network
 * the most that was taken off was 4e-4 of it, and plain bounds were 5e-6 off.
 */
const scaleOf = (values: Iterable<Array64>) =>
  [...values].reduce((most, { data }) => data.reduce((m, value) => Math.max(m, 1 + Math.abs(value)), most), 1);

const sizes = [0.05, 0.3, 1];
const seeds = fc.integer({ min: 1, max: 1_000_000 });
const runs = { numRuns: 5 };

describe.each(networkNames)('bounds of %s', (name) => {
  it('hold at every corner and inside, for every value, in float64, whatever is chosen freely', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(...sizes), async (seed, size) => {
        const network = tinyNetwork(name, seed);
        const radius = radiusOf(seed, size);
        const functions = functionsOf(network);
        const source = random(seed + 1);
        const chosen = { choose: () => Math.min(1, Math.max(0, 3 * source.uniform() - 1.6)) };
        const common = { network, radius, functions, rounding: true };
        const answers = await Promise.all([
          boundsOf({ ...common, through: 'interval' }),
          boundsOf({ ...common, through: 'linear' }),
          boundsOf({ ...common, through: 'linear', ...chosen }),
        ]);
        for (const i of [0, 1]) {
          const points = pointsOf(rows(network.images, i, i + 1).data, rows(radius, i, i + 1).data, seed);
          const values = evaluateSlow(slowNodes(network.graph), constantsOf(network.graph), new Map([['x', points]]));
          const scores = values.get('scores')!;
          const scale = scaleOf(values.values());
          for (const [j, own] of [
            functions.data.subarray(0, network.scores),
            functions.data.subarray(network.scores),
          ].entries()) {
            let smallest = Number.POSITIVE_INFINITY;
            for (let p = 0; p < points.dims[0]!; p++) {
              let sum = 0;
              for (let k = 0; k < network.scores; k++) sum += own[k]! * scores.data[p * network.scores + k]!;
              smallest = Math.min(smallest, sum);
            }
            for (const { lower } of answers) expect(lower[i]![j]!).toBeLessThanOrEqual(smallest);
            if (name.startsWith('nothing but affine')) {
              for (const { lower } of answers) expect(lower[i]![j]!).toBeGreaterThan(smallest - 1e-3 * scale);
            }
          }
          for (const [value, found] of answers[0]!.ends) {
            const { low, high } = found[i]!;
            const all = values.get(value)!.data;
            const outside = all.findIndex((v, at) => v < low[at % low.length]! || v > high[at % low.length]!);
            expect(outside, `${value} leaves its interval`).toBe(-1);
          }
        }
      }),
      runs,
    );
  });

  it('are those of slow interval arithmetic, and with rounding taken off a little below', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(...sizes), async (seed, size) => {
        const network = tinyNetwork(name, seed);
        const radius = radiusOf(seed, size);
        const functions = functionsOf(network);
        const common = { network, radius, functions, through: 'interval' as const };
        const [plain, proved] = [
          await boundsOf({ ...common, rounding: false }),
          await boundsOf({ ...common, rounding: true }),
        ];
        for (const i of [0, 1]) {
          const box = boxOf(rows(network.images, i, i + 1).data, rows(radius, i, i + 1).data);
          const intervals = slowIntervals(network.graph, box);
          for (const [value, { low, high }] of intervals) {
            if (value === 'x') continue;
            const scale = scaleOf([low, high]);
            const [near, safe] = [plain.ends.get(value)![i]!, proved.ends.get(value)![i]!];
            for (const at of low.data.keys()) {
              expect(Math.abs(near.low[at]! - low.data[at]!)).toBeLessThan(1e-5 * scale);
              expect(Math.abs(near.high[at]! - high.data[at]!)).toBeLessThan(1e-5 * scale);
              expect(safe.low[at]!).toBeLessThanOrEqual(low.data[at]!);
              expect(safe.high[at]!).toBeGreaterThanOrEqual(high.data[at]!);
              expect(low.data[at]! - safe.low[at]!).toBeLessThan(2e-4 * scale);
            }
          }
          const expected = slowLower(network.graph, box, toArray64(rows(functions, 0, 2)));
          const scale = scaleOf([...intervals.values()].flatMap(({ low, high }) => [low, high]));
          for (const [j, value] of expected.entries()) {
            expect(Math.abs(plain.lower[i]![j]! - value)).toBeLessThan(2e-5 * scale);
            expect(proved.lower[i]![j]!).toBeLessThanOrEqual(value);
            expect(proved.lower[i]![j]!).toBeGreaterThan(value - 1e-3 * scale);
          }
        }
      }),
      runs,
    );
  });
});

describe.each(runtimes)('on $name', ({ runtime }) => {
  it('lines prove more than intervals on small boxes, and the same on a box of one point', async () => {
    const network = tinyNetwork('convolutions with max pooling side by side', 3);
    const functions = functionsOf(network);
    const ask = async (size: number, through: 'interval' | 'linear') =>
      (
        await boundsOf({ network, radius: radiusOf(3, size), functions, through, rounding: false, runtime })
      ).lower.flat();
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(await ask(0.1, 'linear'))).toBeGreaterThan(mean(await ask(0.1, 'interval')) + 0.01);
    const [point, line] = [await ask(0, 'interval'), await ask(0, 'linear')];
    for (const [i, value] of point.entries()) expect(line[i]!).toBeCloseTo(value, 4);
  });
});
