import { describe, expect, it } from 'vitest';
import { bootstrapMean } from '../../../src/faithfulness/mean.ts';
import { withBatchSize } from '../../../src/model/makeClassifier.ts';
import { float32, rows } from '../../../src/onnx/tensor.ts';
import { type Ablation, compileAblator } from '../../../src/studies/filterPaths/ablation.ts';
import { compileExcess } from '../../../src/studies/filterPaths/excess.ts';
import { filterNetwork } from '../../../src/studies/filterPaths/filterNetwork.ts';
import { hasConnections, unitMeans } from '../../../src/studies/filterPaths/unitMeans.ts';
import { runtimes } from '../../runtimes.ts';
import {
  imageOf,
  meanMap,
  type SlowAblation,
  slowExcess,
  slowTiny,
  tinyClassifier,
  tinyImages,
} from './tinyNetwork.ts';

describe.each(runtimes)('taking something out on $name', ({ runtime }) => {
  it('gives the scores of a slow network with the mean in its place', async () => {
    const classifier = await tinyClassifier(runtime);
    const network = await filterNetwork(classifier);
    const [first, second] = network.layers;
    expect([hasConnections(first!, network), hasConnections(second!, network)]).toEqual([false, true]);
    const ablator = await compileAblator(network, await unitMeans(network, [tinyImages], [second!]));
    const whole = [0, 1, 2].map((image) => slowTiny(imageOf(image)));
    const cases: readonly { readonly ablation: Ablation; readonly slow: SlowAblation }[] = [
      { ablation: { kind: 'nothing' }, slow: {} },
      {
        ablation: { kind: 'filter', layer: first!, filter: 1 },
        slow: { filter: { layer: 1, filter: 1, mean: meanMap(whole.map(({ conv1 }) => conv1[1]!)) } },
      },
      {
        ablation: { kind: 'filter', layer: second!, filter: 2 },
        slow: { filter: { layer: 2, filter: 2, mean: meanMap(whole.map(({ conv2 }) => conv2[2]!)) } },
      },
      {
        ablation: { kind: 'connection', layer: second!, from: 0, filter: 1 },
        slow: { connection: { from: 0, filter: 1, mean: meanMap(whole.map(({ pool1 }) => pool1[0]!)) } },
      },
    ];
    const results: string[] = [];
    for (const { ablation, slow } of cases) {
      const { data } = await ablator.run(tinyImages, ablation);
      const expected = [0, 1, 2].flatMap((image) => slowTiny(imageOf(image), slow).scores);
      for (const [i, score] of expected.entries()) expect(data[i]).toBeCloseTo(score, 4);
      results.push(expected.map((score) => score.toFixed(4)).join(' '));
    }
    // Each of them changes something.
    expect(new Set(results).size).toBe(cases.length);
    await ablator.release();
    await classifier.release();
  });
});

describe.each(runtimes)('what units add beyond their means on $name', ({ runtime }) => {
  it('is by how much the slow network’s score falls for a small step of each towards its mean', async () => {
    const classifier = withBatchSize(await tinyClassifier(runtime), 2);
    const network = { ...(await filterNetwork(classifier)), classifier };
    const runner = await compileExcess(
      network,
      await unitMeans(network, [rows(tinyImages, 0, 2), rows(tinyImages, 2, 3)], [network.layers[1]!]),
    );
    const images = [0, 1, 2].map(imageOf);
    const labels = [2, 0, 1];
    const weights = float32([3, 3], new Float32Array(9));
    for (const [image, label] of labels.entries()) weights.data[3 * image + label] = 1;
    const { filters, connections } = await runner.run(tinyImages, weights);
    const slow = images.map((image, i) => slowExcess(images, image, labels[i]!));
    const expected = slow.map((one) => [...one.filters, one.connections]);
    expect([...filters, ...connections].map(({ length }) => length)).toEqual([2, 3, 6]);
    for (const [i, found] of [...filters, ...connections].entries()) {
      for (const [unit, value] of found.entries()) {
        expect(value).toBeCloseTo(
          expected.reduce((sum, one) => sum + one[i]![unit]! / 3, 0),
          4,
        );
      }
    }
    expect(expected.flat(2).filter((value) => Math.abs(value) > 1e-3).length).toBeGreaterThan(12);
    await runner.release();
    await classifier.release();
  });

  it('and a layer whose connections have no means are refused by name', async () => {
    const classifier = await tinyClassifier(runtime);
    const network = await filterNetwork(classifier);
    const [first, second] = network.layers;
    await expect(unitMeans(network, [tinyImages], [first!])).rejects.toThrow('conv1');
    const ablator = await compileAblator(network, await unitMeans(network, [tinyImages], []));
    const cut: Ablation = { kind: 'connection', layer: second!, from: 0, filter: 1 };
    await expect(ablator.run(tinyImages, cut)).rejects.toThrow('conv2');
    await ablator.release();
    await classifier.release();
  });
});

describe('the paired bootstrap', () => {
  it('has the interval of the normal approximation for many values', () => {
    // Half 0, half 1: the mean's standard deviation is 0.5 / sqrt(n).
    const n = 2000;
    const { mean, low, high } = bootstrapMean(
      Array.from({ length: n }, (_, i) => i % 2),
      3,
    );
    const reach = (1.96 * 0.5) / Math.sqrt(n);
    expect(mean).toBe(0.5);
    expect(Math.abs(low - (0.5 - reach))).toBeLessThan(0.1 * reach);
    expect(Math.abs(high - (0.5 + reach))).toBeLessThan(0.1 * reach);
  });

  it('is certain where all images agree, and the same for the same seed', () => {
    expect(bootstrapMean([1, 1, 1], 1)).toEqual({ mean: 1, low: 1, high: 1 });
    expect(bootstrapMean([0, 1, 1, 0, -1], 5)).toEqual(bootstrapMean([0, 1, 1, 0, -1], 5));
  });
});
