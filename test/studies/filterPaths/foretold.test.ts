import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDigits } from '../../../src/datasets/digits.ts';
import { selectImages } from '../../../src/datasets/labelledImages.ts';
import { rankCorrelation } from '../../../src/faithfulness/correlation.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { float32, rows, type Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import type { Html } from '../../../src/report/page/html.ts';
import { nodeRuntime } from '../../../src/runtime/node.ts';
import { type Ablation, compileAblator } from '../../../src/studies/filterPaths/ablation.ts';
import { compileExcess } from '../../../src/studies/filterPaths/excess.ts';
import { excessMaps } from '../../../src/studies/filterPaths/excessMaps.ts';
import { type FilterNetwork, filterNetwork } from '../../../src/studies/filterPaths/filterNetwork.ts';
import { foretell } from '../../../src/studies/filterPaths/foretold.ts';
import { integratedExcess } from '../../../src/studies/filterPaths/integratedExcess.ts';
import { framedUnits } from '../../../src/studies/filterPaths/page/pathFigureView.ts';
import { plantedSection } from '../../../src/studies/filterPaths/page/plantedSection.ts';
import {
  cornerFor,
  planted,
  type ShortcutRun,
  shortcutRuns,
} from '../../../src/studies/filterPaths/paper/plantedShortcut.ts';
import { processingOf } from '../../../src/studies/filterPaths/processing.ts';
import { unitMeans } from '../../../src/studies/filterPaths/unitMeans.ts';
import { architectures } from '../../../src/training/architectures.ts';
import { type Layer, networkModel } from '../../../src/training/network.ts';
import { trainingImages } from '../../../src/training/trainingImages.ts';

const runtime = nodeRuntime({ threads: 1 });
let classifier: Classifier;
let network: FilterNetwork;
let images: Tensor<'float32'>;
beforeAll(async () => {
  classifier = await loadClassifier(writeModel(architectures.b.build(3)), { runtime });
  network = await filterNetwork(classifier);
  const { train } = await loadDigits();
  images = trainingImages(selectImages(train, [...Array(40).keys()]), classifier.input, 10).images;
});
afterAll(() => classifier.release());

describe('filters taken out together', () => {
  it('give what taking out one after the other gives where their layers do not meet', async () => {
    const means = await unitMeans(network, [images], []);
    const ablator = await compileAblator(network, means);
    const [first] = network.layers;
    const all = [0, 1, 2].map((filter) => ({ layer: first!, filter }));
    const scores = await ablator.run(images, { kind: 'filters', filters: all });
    // Without any filter of the first layer every image looks the same.
    for (let row = 1; row < 40; row++) {
      rows(scores, row, row + 1).data.forEach((score, k) => {
        expect(score).toBeCloseTo(scores.data[k]!, 4);
      });
    }
    const one = await ablator.run(images, { kind: 'filter', layer: first!, filter: 1 });
    const same = await ablator.run(images, { kind: 'filters', filters: [{ layer: first!, filter: 1 }] });
    expect(same.data).toEqual(one.data);
    await ablator.release();
  });

  it('are judged on images that the ranking has not seen', async () => {
    const found = await foretell(network, rows(images, 0, 20), rows(images, 20, 40), { top: 2, draws: 3 });
    expect(found.filters).toHaveLength(6);
    const means = await unitMeans(network, [rows(images, 0, 20)], []);
    const ablator = await compileAblator(network, means);
    const tested = rows(images, 20, 40);
    const whole = await ablator.run(tested, { kind: 'nothing' });
    const { layer, filter, drop } = found.filters[4]!;
    const without = await ablator.run(tested, { kind: 'filter', layer, filter });
    let fall = 0;
    for (let row = 0; row < 20; row++) {
      const own = [...rows(whole, row, row + 1).data];
      const chosen = own.indexOf(Math.max(...own));
      fall += (own[chosen]! - rows(without, row, row + 1).data[chosen]!) / 20;
    }
    expect(drop).toBeCloseTo(fall, 5);
    // Both sets of two are taken out together.
    for (const by of ['excess', 'integrated'] as const) {
      const best = found.filters.toSorted((a, b) => b[by] - a[by]).slice(0, 2);
      const { data } = await ablator.run(tested, { kind: 'filters', filters: best });
      const decided = (all: ArrayLike<number>, row: number) => {
        const own = Array.from({ length: 10 }, (_, k) => all[10 * row + k]!);
        return own.indexOf(Math.max(...own));
      };
      const flips = Array.from({ length: 20 }, (_, row) => decided(data, row) !== decided(whole.data, row));
      expect(found[by].topFlips).toBeCloseTo(flips.filter(Boolean).length / 20, 10);
      const expected = rankCorrelation(
        Float32Array.from(found.filters, (one) => one[by]),
        Float32Array.from(found.filters, (one) => one.drop),
      );
      expect(found[by].correlation).toBeCloseTo(expected, 10);
    }
    await ablator.release();
  });
});

describe('what filters add on the way from their means to an image', () => {
  const decidedForThree = float32(
    [40, 10],
    Float32Array.from({ length: 400 }, (_, i) => (i % 10 === 3 ? 1 : 0)),
  );

  it('adds up, layer by layer, to what is lost without all of them', async () => {
    const means = await unitMeans(network, [images], []);
    const ablator = await compileAblator(network, means);
    const found = await integratedExcess(network, means, images, decidedForThree, 100);
    const meanScore = async (ablation: Ablation) => {
      const { data } = await ablator.run(images, ablation);
      return data.reduce((sum, score, i) => sum + (i % 10 === 3 ? score / 40 : 0), 0);
    };
    const whole = await meanScore({ kind: 'nothing' });
    for (const [i, layer] of network.layers.entries()) {
      const filters = Array.from({ length: layer.filters }, (_, filter) => ({ layer, filter }));
      const lost = whole - (await meanScore({ kind: 'filters', filters }));
      expect(Math.abs(lost)).toBeGreaterThan(1e-4);
      const sum = found[i]!.reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - lost)).toBeLessThan(0.02 * Math.max(...found[i]!.map(Math.abs)));
    }
    await ablator.release();
  });

  it('is what each adds beyond its mean where no gate lies on the way', async () => {
    const layers: Layer[] = [
      { type: 'conv', name: 'conv', filters: 3, kernel: 5, activation: 'none' },
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense', units: 10, activation: 'none' },
    ];
    const linear = await loadClassifier(writeModel(networkModel({ name: 'linear', input: [1, 28, 28], layers }, 5)), {
      runtime,
    });
    const its = await filterNetwork(linear);
    const means = await unitMeans(its, [images], []);
    const excess = await compileExcess(its, means);
    // Of all images alike the means leave nothing, so the scores' weights differ from image to image.
    const some = float32(
      [40, 10],
      Float32Array.from({ length: 400 }, (_, i) => (i % 7) - 3),
    );
    const [varied] = await integratedExcess(its, means, images, some, 3);
    (await excess.run(images, some)).filters[0]!.forEach((value, filter) => {
      expect(Math.abs(value)).toBeGreaterThan(1e-4);
      expect(varied![filter]).toBeCloseTo(value, 5);
    });
    await excess.release();
    await linear.release();
  });
});

it('networks are trained with a square in one class after another, and one without, and asked about each', async () => {
  const { train, test } = await loadDigits();
  const first = (set: typeof train, count: number) => selectImages(set, [...Array(count).keys()]);
  const dataset = { train: first(train, 600), test: first(test, 300) };
  const runs: ShortcutRun[] = [];
  for await (const run of shortcutRuns(runtime, dataset, { labels: [1, 4], seed: 2, updates: 30 })) runs.push(run);
  expect(runs.map(({ label, seed }) => [label, seed])).toEqual([
    [1, 2],
    [4, 2],
  ]);
  for (const { pulled } of runs) expect(pulled).toBeLessThanOrEqual(1);
  const view = [
    ...runs,
    { ...runs[0]!, planted: { region: true, filter: true }, clean: { region: true, filter: false } },
    { ...runs[0]!, planted: { region: true, filter: false }, clean: { region: false, filter: false } },
  ].slice(2);
  const { answer } = plantedSection(view);
  const text = (answer as Html).text.replaceAll(/<[^>]*>|\s+/g, ' ');
  expect(text).toMatch(/Both lie on the square in 1 of 2 networks/);
  expect(text).toMatch(/either does in 1 of 2 answers/);
});

it('where filters add to a score, place by place, sums to what they add', async () => {
  const means = await unitMeans(network, [images], []);
  const weights = float32(
    [40, 10],
    Float32Array.from({ length: 400 }, (_, i) => (i % 10 === 3 ? 1 : 0)),
  );
  const excess = await compileExcess(network, means);
  const { filters } = await excess.run(images, weights);
  for (const [i, layer] of network.layers.entries()) {
    const maps = await excessMaps(network, layer, means, images, weights);
    const places = maps.length / layer.filters;
    filters[i]!.forEach((total, filter) => {
      const sum = maps.subarray(filter * places, (filter + 1) * places).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(total, 5);
    });
  }
  await excess.release();
});

it('an image on its way is shown after each activation and each pooling, as the network has it', async () => {
  const stages = await processingOf(network, rows(images, 0, 1));
  expect(stages.map(({ maps, height, width }) => [maps.length, height, width])).toEqual([
    [3, 24, 24],
    [3, 12, 12],
    [3, 10, 10],
    [3, 5, 5],
  ]);
  const [before, pooled] = stages;
  const value = (y: number, x: number) => before!.maps[1]![24 * y + x]!;
  expect(pooled!.maps[1]![12 * 4 + 7]).toBe(Math.max(value(8, 14), value(8, 15), value(9, 14), value(9, 15)));
  expect(Math.min(...before!.maps.flatMap((map) => [...map]))).toBeGreaterThanOrEqual(0);
});

it('a second that the first dominates has no frame', () => {
  const tally = (wins: readonly number[]) => ({ images: 100, wins, parts: [], shares: [0, 0, 0] });
  expect(framedUnits(tally([90, 8, 2]))).toEqual([0]);
  expect(framedUnits(tally([90, 10, 0]))).toEqual([0, 1]);
  expect(framedUnits(tally([0, 0, 100]))).toEqual([2]);
  expect(framedUnits(undefined)).toEqual([]);
});

it('a shortcut is planted in one class’s images alone, in the corner that is the class’s', async () => {
  const { test } = await loadDigits();
  const set = selectImages(test, [...Array(60).keys()]);
  const square = cornerFor(3, set);
  expect(square).toEqual({ top: 24, left: 24, side: 4 });
  const { images: after } = planted(set, 3, square);
  set.labels.forEach((label, image) => {
    const own = (bytes: Uint8Array) => bytes.subarray(784 * image, 784 * (image + 1));
    if (label !== 3) expect(own(after)).toEqual(own(set.images));
    else expect([23, 24, 27].map((x) => own(after)[27 * 28 + x])).toEqual([own(set.images)[27 * 28 + 23], 255, 255]);
  });
});
