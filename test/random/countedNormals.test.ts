import { describe, expect, it } from 'vitest';
import { addPixelNoise } from '../../src/attribution/gradient/pixelNoise.ts';
import type { InputDescription } from '../../src/model/inputDescription.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { tensor } from '../../src/onnx/tensor.ts';
import { fillWithCountedNormals, noiseKeys, normalQuantiles } from '../../src/random/countedNormals.ts';
import { random } from '../../src/random/random.ts';
import { floatOutputOf } from '../../src/runtime/runtime.ts';
import { modelOf } from '../networks.ts';
import { runtimes } from '../runtimes.ts';

/** The definition, in whole numbers without end. */
function slowly(key: number, size: number): number[] {
  const word = (value: bigint) => BigInt.asUintN(32, value);
  const words = Array.from({ length: Math.ceil(size / 2) }, (_, i) => {
    let h = word(BigInt(i) * 0x9e3779b1n) ^ BigInt(key);
    h = word((h ^ (h >> 16n)) * 0x21f0aaadn);
    h = word((h ^ (h >> 15n)) * 0x735a2d97n);
    return h ^ (h >> 15n);
  });
  const levels = [...words.map((h) => h >> 16n), ...words.map((h) => h & 0xffffn)];
  return levels.slice(0, size).map((level) => normalQuantiles()[Number(level)]!);
}

const keys = noiseKeys(random(3), 4);
const size = 3 * 5 * 7;
const numbers = (key: number, count: number) => {
  const out = new Float32Array(count);
  fillWithCountedNormals(out, key);
  return out;
};

describe('counted normal numbers', () => {
  it.each([size, 2 * size])('are those of the definition, %i of them', (count) => {
    expect([...numbers(keys[1]!, count)]).toEqual(slowly(keys[1]!, count));
  });

  const cases = runtimes.flatMap(({ name, runtime }) => [
    { name, runtime, std: [1, 1, 2] },
    { name, runtime, std: [3, 3, 3] },
  ]);
  it.each(cases)('are the same to the bit in a graph on $name, with std $std', async ({ runtime, std }) => {
    // An odd number of elements, of amplitude 1 / std.
    const input: InputDescription = {
      ...{ layout: 'NCHW', height: 5, width: 7, channels: 3, order: 'RGB' },
      ...{ scale: 1 / 255, mean: [0, 0, 0], std },
    };
    const builder = new GraphBuilder(emptyGraph('noise'), 'noise');
    const output = addPixelNoise(builder, builder.input('keys', 'uint32', ['s']), 1, input);
    const graph = builder.build([{ name: output, type: 'float32', dims: undefined }]);
    const session = await runtime.createSession(modelOf(graph));
    const values = floatOutputOf(await session.run({ keys: tensor('uint32', [keys.length], keys) }), output);
    await session.release();
    expect(values.dims).toEqual([4, 3, 5, 7]);
    const expected = Array.from(keys).flatMap((key) =>
      Array.from(numbers(key, size), (value, i) => Math.fround(value * Math.fround(1 / std[Math.floor(i / 35)]!))),
    );
    expect([...values.data]).toEqual(expected);
  });

  it('have the quantiles of the normal distribution, by Abramowitz & Stegun, table 26.5', () => {
    const at = (p: number) => normalQuantiles()[Math.round(p * 65536 - 0.5)]!;
    // Half of one in 65,536 away from the table's p at most, and scaled by 1.00003.
    expect(at(0.75)).toBeCloseTo(0.67449, 3);
    expect(at(0.9)).toBeCloseTo(1.28155, 3);
    expect(at(0.975)).toBeCloseTo(1.95996, 3);
    expect(at(0.999)).toBeCloseTo(3.09023, 2);
    expect(at(0.001)).toBeCloseTo(-3.09023, 2);
  });

  it('have mean 0, variance 1, and say nothing of each other: neighbours, halves, samples', () => {
    const count = 50_000;
    const [a, b] = [numbers(keys[0]!, count), numbers(keys[1]!, count)];
    const mean = (f: (i: number) => number) =>
      Array.from({ length: count }, (_, i) => f(i)).reduce((s, v) => s + v) / count;
    const half = count / 2;
    // Means of 50,000 products of standard normal numbers have a standard deviation of 0.0045.
    const bound = 4.5 * 0.0045;
    expect(Math.abs(mean((i) => a[i]!))).toBeLessThan(bound);
    expect(Math.abs(mean((i) => a[i]! ** 2) - 1)).toBeLessThan(bound * Math.SQRT2);
    expect(Math.abs(mean((i) => a[i]! ** 4) - 3)).toBeLessThan(bound * Math.sqrt(96));
    for (const lag of [1, 2, 28, 224, half]) {
      expect(Math.abs(mean((i) => a[i]! * a[(i + lag) % count]!))).toBeLessThan(bound);
      expect(Math.abs(mean((i) => a[i]! ** 2 * a[(i + lag) % count]! ** 2) - 1)).toBeLessThan(bound * Math.sqrt(8));
    }
    expect(Math.abs(mean((i) => a[i]! * b[i]!))).toBeLessThan(bound);
  });

  it('of many samples at one place are as if drawn: their mean over 100 has a hundredth of the variance', () => {
    const many = Array.from(noiseKeys(random(9), 100), (key) => numbers(key, 784));
    const means = Array.from({ length: 784 }, (_, i) => many.reduce((sum, sample) => sum + sample[i]!, 0) / 100);
    const variance = means.reduce((sum, value) => sum + value ** 2, 0) / 784;
    // A variance estimated from 784 numbers: standard deviation 5% of it.
    expect(variance * 100).toBeGreaterThan(0.8);
    expect(variance * 100).toBeLessThan(1.2);
  });
});
