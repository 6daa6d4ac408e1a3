import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { noiseImages } from '../../../src/model/pixels.ts';
import { targetWeights } from '../../../src/model/target.ts';
import { float32, rows } from '../../../src/onnx/tensor.ts';
import { FiltersError } from '../../../src/studies/filterPaths/errors.ts';
import { filterNetwork, withLayers } from '../../../src/studies/filterPaths/filterNetwork.ts';
import { compilePathMaps } from '../../../src/studies/filterPaths/pathMaps.ts';
import { mostPaths, pathCount, pathName } from '../../../src/studies/filterPaths/paths.ts';
import { compileSplitter } from '../../../src/studies/filterPaths/split.ts';
import { compileWholePass } from '../../../src/studies/filterPaths/wholePass.ts';
import { readReference } from '../../attribution/referenceData.ts';
import { cpu, runtimes } from '../../runtimes.ts';
import { imageOf, slowTiny, tinyClassifier, tinyImages } from './tinyNetwork.ts';

const classes = [0, 1, 2];

describe.each(runtimes)('the split of the paper’s network on $name', ({ runtime }) => {
  it('is that of a slow version: every path, bias and map', async () => {
    const classifier = await tinyClassifier(runtime);
    const network = await filterNetwork(classifier);
    const splitter = await compileSplitter(network);
    const mapper = await compilePathMaps(network);
    expect(splitter.paths.map(pathName).slice(0, 3)).toEqual([
      'conv1 0 → conv2 0',
      'conv1 1 → conv2 0',
      'conv1 0 → conv2 1',
    ]);
    for (const k of classes) {
      const weights = float32([3, 3], targetWeights([k, k, k], 3));
      const { parts, constants, scores } = await splitter.split(tinyImages, weights);
      expect(constants.map(({ name }) => name)).toEqual(['bias of conv2', 'added by Gemm "dense"']);
      for (const image of [0, 1, 2]) {
        const slow = slowTiny(imageOf(image));
        const expected = [0, 1, 2].flatMap((j) => [0, 1].map((i) => slow.paths[i]![j]![k]!));
        expect(close(parts.data.subarray(image * 6, (image + 1) * 6), expected)).toBe(true);
        const bias = constants[0]!.parts.data.subarray(image * 3, (image + 1) * 3);
        expect(
          close(
            bias,
            slow.bias2.map((byClass) => byClass[k]!),
          ),
        ).toBe(true);
        expect(constants[1]!.parts.data[image]).toBeCloseTo(slow.denseBias[k]!, 5);
        expect(scores[image]).toBeCloseTo(slow.scores[k]!, 4);
        const [maps = []] = await mapper.maps(rows(tinyImages, image, image + 1), [k]);
        expect(
          close(
            maps.map(({ values }) => sum(values)),
            expected,
          ),
        ).toBe(true);
        // Of each filter's four places the pooling selected one, so the paper's map is one number.
        expect(maps.map(({ height, width }) => [height, width])).toEqual(Array.from({ length: 6 }, () => [1, 1]));
      }
    }
    for (const one of [splitter, mapper, classifier]) await one.release();
  });
});

function close(actual: ArrayLike<number>, expected: readonly number[]): boolean {
  const largest = Math.max(...expected.map(Math.abs), 1e-3);
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-5 * largest);
  return true;
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

/** Sums in float32; what the issue asks for. */
const tolerance = 1e-4;

const convolutional = ['lenet', 'lenet_digits', 'conv_bn', 'avg_tanh', 'resnet_mini', 'mobile_mini', 'vit_mini'];

/** Gates of every kind are in these two; the others add nothing that a runtime could do differently. */
const onEveryRuntime = ['avg_tanh', 'mobile_mini'];

describe.each(runtimes)('paths and constants sum to the score on $name', ({ runtime }) => {
  it.each(runtime === cpu ? convolutional : onEveryRuntime)('%s', async (model) => {
    const { bytes, images, targets } = readReference(model);
    const classifier = await loadClassifier(bytes, { runtime });
    const whole = await filterNetwork(classifier);
    // A deep network's paths through its first and last layer: all that lies between, branches included, is run through.
    const network = pathCount(whole) <= mostPaths ? whole : withLayers(whole, [whole.layers[0]!, whole.layers.at(-1)!]);
    const splitter = await compileSplitter(network);
    const count = targets.length;
    const { width } = classifier.scores;
    const weights = float32([count, width], targetWeights(targets, width));
    const { parts, constants, scores, largestGap } = await splitter.split(images, weights);
    for (let i = 0; i < count; i++) {
      const own = [parts, ...constants.map((constant) => constant.parts)].flatMap(({ data }) =>
        Array.from(data.subarray((i * data.length) / count, ((i + 1) * data.length) / count)),
      );
      const size = sum(own.map(Math.abs));
      expect(Math.abs(sum(own) - scores[i]!)).toBeLessThan(tolerance * size);
      expect(scores[i]).toBeCloseTo(readReference(model).logits[i * width + targets[i]!]!, 4);
    }
    expect(largestGap).toBeLessThan(tolerance);
    // Every layer of the network as it is, in one pass.
    const pass = await compileWholePass(whole);
    const { gaps } = await pass.run(images, weights, false);
    expect(Math.max(...gaps)).toBeLessThan(tolerance);
    for (const one of [pass, splitter, classifier]) await one.release();
  });
});

const models = '../shared/models';

describe.skipIf(!existsSync(models))('foreign networks (needs ../shared/models)', () => {
  it.each(['mnist-8-cntk', 'cifar10-torch-wml', 'squeezenet11-fp32-derived', 'mnist-torch2-bn'])(
    'every layer of %s sums to the score',
    async (name) => {
      const bytes = readFileSync(join(models, name, 'model.onnx'));
      const classifier = await loadClassifier(bytes, { runtime: cpu });
      const pass = await compileWholePass(await filterNetwork(classifier));
      const { width } = classifier.scores;
      const weights = float32([2, width], targetWeights([0, width - 1], width));
      const { gaps } = await pass.run(noiseImages(classifier.input, 2), weights, false);
      expect(Math.max(...gaps)).toBeLessThan(tolerance);
      await pass.release();
      await classifier.release();
    },
  );
});

describe('what cannot be split', () => {
  it('a network without convolutions', async () => {
    const classifier = await loadClassifier(readReference('sigmoid_mlp').bytes, { runtime: cpu });
    await expect(filterNetwork(classifier)).rejects.toThrow(/no convolution/);
    await classifier.release();
  });

  it('a network with too many paths, completely', async () => {
    const classifier = await loadClassifier(readReference('resnet_mini').bytes, { runtime: cpu });
    const network = await filterNetwork(classifier);
    await expect(compileSplitter(network)).rejects.toThrow(FiltersError);
    await classifier.release();
  });
});
