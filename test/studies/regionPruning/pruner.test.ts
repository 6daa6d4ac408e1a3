import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDigits } from '../../../src/datasets/digits.ts';
import { type LabelledImages, selectImages } from '../../../src/datasets/labelledImages.ts';
import { readNpz } from '../../../src/datasets/npz.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { readModel } from '../../../src/onnx/readModel.ts';
import { isTensorOf } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { cutAtRandom, cutWeights } from '../../../src/studies/regionPruning/cuts.ts';
import { examine } from '../../../src/studies/regionPruning/examine.ts';
import {
  compactRounds,
  controlRounds,
  magnitudeRounds,
  paperRounds,
} from '../../../src/studies/regionPruning/plans.ts';
import type { Pruned } from '../../../src/studies/regionPruning/pruneInRounds.ts';
import { makePruner, type Pruner } from '../../../src/studies/regionPruning/pruner.ts';
import { masksFile } from '../../../src/studies/regionPruning/sidecar.ts';
import { networkModel } from '../../../src/training/network.ts';
import { adam, sgd } from '../../../src/training/optimizers.ts';
import { runtimes } from '../../runtimes.ts';

const units = 12;
const small = networkModel(
  {
    name: 'small',
    input: [1, 28, 28],
    layers: [
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'hidden', units, activation: 'sigmoid', initialization: 'lecun' },
      { type: 'dense', name: 'output', units: 10, activation: 'none' },
    ],
  },
  3,
);

let train: LabelledImages;
let test: LabelledImages;
beforeAll(async () => {
  const digits = await loadDigits();
  const first = (set: LabelledImages, count: number) => selectImages(set, [...Array(count).keys()]);
  train = first(digits.train, 400);
  test = first(digits.test, 100);
});

const load = (runtime: Runtime) => loadClassifier(writeModel(small), { runtime });

function weightsOf({ model }: Pick<Pruned, 'model'>): Float32Array {
  const weight = readModel(writeModel(model)).graph.initializers.get('hidden.weight')!;
  if (!isTensorOf(weight, 'float32')) throw new TypeError('not float32');
  return weight.data;
}

describe.each(runtimes)('pruning on $name', ({ runtime }) => {
  let classifier: Classifier;
  let pruner: Pruner;
  beforeAll(async () => {
    classifier = await load(runtime);
    pruner = await makePruner(classifier, { train, test });
  });
  afterAll(async () => {
    await pruner.release();
    await classifier.release();
  });

  it('holds zeros through retraining, and through save and load; what is kept goes on learning', async () => {
    const { kept, model, rounds } = await pruner.prune(paperRounds({ rounds: 3, epochs: 2 }), { seed: 1 });
    const weights = weightsOf({ model });
    const before = weightsOf({ model: classifier.model });
    expect(rounds.at(-1)!.weightsLeft).toBeLessThan(0.5);
    const { varies } = pruner.statistics;
    weights.forEach((weight, i) => {
      if (kept[i] === 0) expect(weight).toBe(0);
      else if (varies[i % 784] !== 0) expect(weight).not.toBe(before[i]);
      // A pixel that is always 0 gives no gradient.
      else expect(weight).toBe(before[i]);
    });
    const again = await loadClassifier(writeModel(model), { runtime });
    const images = pruner.test.images;
    const right = (await again.predict(images)).filter(({ chosen }, i) => chosen === test.labels[i]).length;
    await again.release();
    expect(right / test.count).toBeCloseTo(rounds.at(-1)!.accuracy, 6);
  });

  it('gives the same bytes for the same seed', async () => {
    const rounds = compactRounds({ rounds: 2, epochs: 1, area: 0.2, regions: 2 });
    const [first, second, other] = [
      await pruner.prune(rounds, { seed: 1 }),
      await pruner.prune(rounds, { seed: 1 }),
      await pruner.prune(rounds, { seed: 2 }),
    ];
    expect(writeModel(second.model)).toEqual(writeModel(first.model));
    expect(writeModel(other.model)).not.toEqual(writeModel(first.model));
  });

  it('cuts to the area and the regions asked for, and sees no constant pixel', async () => {
    const { kept, rounds } = await pruner.prune(compactRounds({ rounds: 2, epochs: 1, area: 0.2, regions: 2 }));
    const { varies } = pruner.statistics;
    const varying = varies.reduce((sum, one) => sum + one, 0);
    const { units: found } = await examine(pruner, {
      ...(await pruner.prune(controlRounds({ rounds: 1, epochs: 0 }))),
      kept,
    });
    expect(found).toHaveLength(units);
    for (const { keptVarying, kept: all, regions } of found) {
      expect(keptVarying).toBe(all);
      expect(all).toBeLessThanOrEqual(Math.round(0.2 * varying));
      expect(all).toBeGreaterThan(0.1 * varying);
      expect(regions.length).toBeLessThanOrEqual(2);
    }
    expect(rounds.at(-1)).toMatchObject({ alive: units, round: 2, epochs: 1 });
  });
});

describe('pruning', () => {
  const { runtime } = runtimes[0]!;
  let classifier: Classifier;
  let pruner: Pruner;
  beforeAll(async () => {
    classifier = await load(runtime);
    pruner = await makePruner(classifier, { train, test });
  });
  afterAll(async () => {
    await pruner.release();
    await classifier.release();
  });

  it('knows the inputs: mean, deviation, and which never vary', () => {
    const { mean, deviation, magnitude, varies } = pruner.statistics;
    const pixel = 14 * 28 + 14;
    const values = Array.from({ length: train.count }, (_, i) => train.images[i * 784 + pixel]! / 255);
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
    expect(mean[pixel]).toBeCloseTo(average, 6);
    expect(magnitude[pixel]).toBeCloseTo(average, 6);
    expect(deviation[pixel]).toBeCloseTo(Math.sqrt(variance), 5);
    expect([varies[0], varies[pixel]]).toEqual([0, 1]);
  });

  it('raises the layer’s rate: one step goes as many times as far, in this layer alone', async () => {
    const two = selectImages(train, [train.labels.indexOf(0), train.labels.indexOf(1)]);
    const images = { ...two, classNames: ['0', '1'] };
    const single = await makePruner(classifier, { train: images, test, learningRate: 0.01 });
    const moved = async (layerRate: number, name: string) => {
      const { state } = await single.prune([{ cuts: [], epochs: 1, layerRate }]);
      const before = single.trainer.initial.weights[name]!.data;
      return state.weights[name]!.data.map((value, i) => value - before[i]!);
    };
    const [plain, fast] = [await moved(1, 'hidden.weight'), await moved(3, 'hidden.weight')];
    const at = plain.reduce((best, value, i) => (Math.abs(value) > Math.abs(plain[best]!) ? i : best), 0);
    expect(fast[at]! / plain[at]!).toBeCloseTo(3, 2);
    expect(await moved(3, 'output.weight')).toEqual(await moved(1, 'output.weight'));
    await single.release();
  });

  it('measures the effect on the loss as |w dL/dw|: removing the least of it hurts less than as much at random', async () => {
    const trained = await pruner.prune([{ cuts: [], epochs: 8 }]);
    const model = await loadClassifier(writeModel(trained.model), { runtime });
    const after = await makePruner(model, { train, test });
    const cut = async (what: ReturnType<typeof cutWeights>) =>
      (await after.prune([{ cuts: [what], epochs: 0 }])).rounds[0]!.accuracy;
    expect(await cut(cutWeights(0.8, 'taylor'))).toBeGreaterThan((await cut(cutAtRandom(0.8))) + 0.1);
    await after.release();
    await model.release();
  });

  it('rewinds what is left to the weights given', async () => {
    const { initial } = pruner.trainer;
    const { state, kept } = await pruner.prune([
      { cuts: [], epochs: 2 },
      ...magnitudeRounds(0.5, { rounds: 1, epochs: 0 }, initial.weights),
    ]);
    const start = initial.weights['hidden.weight']!.data;
    state.weights['hidden.weight']!.data.forEach((weight, i) => {
      expect(weight).toBe(kept[i] === 0 ? 0 : start[i]);
    });
    expect(state.weights['output.weight']).toBe(initial.weights['output.weight']);
  });

  it('writes masks that numpy reads back', async () => {
    const { kept } = await pruner.prune(compactRounds({ rounds: 1, epochs: 0, area: 0.1, regions: 1 }));
    const arrays = readNpz(masksFile(pruner.layer, kept, pruner.statistics.varies, 8));
    expect(arrays.get('kept')).toMatchObject({ dims: [units, 1, 28, 28], data: kept });
    expect([...arrays.get('regions')!.data].map((label) => (label === 0 ? 0 : 1))).toEqual([...kept]);
    expect(arrays.get('varies')!.dims).toEqual([1, 28, 28]);
  });

  it('refuses to prune everything, and settings without sense', async () => {
    await expect(pruner.prune([{ cuts: [cutWeights(1)], epochs: 1 }])).rejects.toMatchObject({
      tag: 'everything-pruned',
    });
    await expect(pruner.prune([])).rejects.toMatchObject({ tag: 'pruning-settings' });
    await expect(pruner.prune([{ cuts: [], epochs: 1.5 }])).rejects.toMatchObject({ tag: 'pruning-settings' });
    expect(() => paperRounds({ rounds: 0, epochs: 1 })).toThrow(/at least 1/);
  });

  it.each([
    ['sgd with momentum', sgd({ momentum: 0.9 }), 0.02],
    ['adam', adam(), 0.003],
  ])('holds zeros whatever the optimiser remembers: %s', async (_, optimizer, learningRate) => {
    const other = await makePruner(classifier, { train, test, optimizer, learningRate });
    const { kept, model } = await other.prune(paperRounds({ rounds: 2, epochs: 1 }));
    const weights = weightsOf({ model });
    expect(weights.every((weight, i) => (kept[i] === 0) === (weight === 0))).toBe(true);
    await other.release();
  });
});
