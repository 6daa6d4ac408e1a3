import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDigits } from '../../../src/datasets/digits.ts';
import { selectImages } from '../../../src/datasets/labelledImages.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { float32, rows, type Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { renderPage } from '../../../src/report/page/page.ts';
import { hideRegions, removedCounterparts } from '../../../src/studies/regionPruning/ablation.ts';
import { examine } from '../../../src/studies/regionPruning/examine.ts';
import type { Region } from '../../../src/studies/regionPruning/labelling.ts';
import { layerView } from '../../../src/studies/regionPruning/page/layerView.ts';
import { regionsPage } from '../../../src/studies/regionPruning/page/page.ts';
import { overlayPicture, weightPicture } from '../../../src/studies/regionPruning/page/unitPictures.ts';
import { compactRounds } from '../../../src/studies/regionPruning/plans.ts';
import type { Pruned } from '../../../src/studies/regionPruning/pruneInRounds.ts';
import { makePruner, type Pruner } from '../../../src/studies/regionPruning/pruner.ts';
import { networkModel } from '../../../src/training/network.ts';
import { cpu } from '../../runtimes.ts';

const units = 8;
let classifier: Classifier;
let pruner: Pruner;
let pruned: Pruned;
beforeAll(async () => {
  const digits = await loadDigits();
  const layers = [
    { type: 'flatten', name: 'flatten' },
    { type: 'dense', name: 'hidden', units, activation: 'sigmoid', initialization: 'lecun' },
    { type: 'dense', name: 'output', units: 10, activation: 'none' },
  ] as const;
  classifier = await loadClassifier(writeModel(networkModel({ name: 'small', input: [1, 28, 28], layers }, 3)), {
    runtime: cpu,
  });
  const first = (count: number) => [...Array(count).keys()];
  pruner = await makePruner(classifier, {
    train: selectImages(digits.train, first(800)),
    test: selectImages(digits.test, first(60)),
  });
  pruned = await pruner.prune(compactRounds({ rounds: 2, epochs: 3, area: 0.2, regions: 2 }));
});
afterAll(async () => {
  await pruner.release();
  await classifier.release();
});

/** Scores by the whole model, [n * 10]. */
async function scoresOf(model: Model, images: Tensor<'float32'>): Promise<Float32Array> {
  const loaded = await loadClassifier(writeModel(model), { runtime: cpu });
  const { data } = await loaded.scoresOf(images);
  await loaded.release();
  return data.slice();
}

/** The model with a unit's weights in a region at zero: what a unit that sees black there computes. */
function without({ unit, inputs }: Region): Model {
  const { graph } = pruned.model;
  const weight = pruned.state.weights['hidden.weight']!;
  const data = weight.data.slice();
  for (const input of inputs) data[unit * 784 + input] = 0;
  const initializers = new Map([...graph.initializers, ['hidden.weight', float32(weight.dims, data)] as const]);
  return { ...pruned.model, graph: { ...graph, initializers } };
}

const images = () => rows(pruner.test.images, 0, 60);
const meanChange = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
const decisions = (scores: Float32Array) =>
  Array.from({ length: scores.length / 10 }, (_, i) => {
    const row = scores.subarray(10 * i, 10 * i + 10);
    return row.indexOf(Math.max(...row));
  });
const changed = (a: Float32Array, b: Float32Array) => {
  const other = decisions(b);
  return decisions(a).filter((choice, i) => choice !== other[i]).length / other.length;
};

describe('hiding a region', () => {
  it('does what zero weights and black pixels do in the whole model', async () => {
    const { units: found } = await examine(pruner, pruned);
    const region = found[0]!.regions[0]!;
    const effect = await hideRegions(classifier, pruned.model, pruner.layer, [region], images());
    const shown = await scoresOf(pruned.model, images());
    const byUnit = await scoresOf(without(region), images());
    expect(effect.scores).toBeCloseTo(meanChange(shown, byUnit), 5);
    expect(effect.scores).toBeGreaterThan(0.01);
    expect(effect.decisions).toBeCloseTo(changed(shown, byUnit), 6);
    const black = float32([60, 1, 28, 28], images().data.slice());
    for (let image = 0; image < 60; image++) for (const input of region.inputs) black.data[image * 784 + input] = 0;
    expect(effect.decisionsWithoutAll).toBeCloseTo(changed(shown, await scoresOf(pruned.model, black)), 6);
    expect(effect.cells).toBe(region.inputs.length);
  });

  it('changes nothing where the weights were removed, and something where they were before', async () => {
    const { hidden } = await examine(pruner, pruned);
    const of = (network: string, regions: string) =>
      hidden.find((row) => row.network === network && row.regions === regions)!.effect;
    expect(of('pruned', 'removed')).toMatchObject({ activation: 0, scores: 0, decisions: 0 });
    expect(of('pruned', 'surviving').activation).toBeGreaterThan(0.02);
    expect(of('original', 'removed').activation).toBeGreaterThan(0);
    expect(of('pruned', 'removed').cells).toBe(of('pruned', 'surviving').cells);
  });

  it('compares with as many removed, varying cells of the same unit', async () => {
    const { varies } = pruner.statistics;
    const { units: found } = await examine(pruner, pruned);
    const surviving = found.flatMap(({ regions }) => regions);
    const others = removedCounterparts(surviving, pruned.kept, varies, pruner.layer, random(1));
    expect(others).toHaveLength(surviving.length);
    others.forEach((other, i) => {
      expect([other.unit, other.inputs.length]).toEqual([surviving[i]!.unit, surviving[i]!.inputs.length]);
      for (const input of other.inputs) expect([pruned.kept[other.unit * 784 + input], varies[input]]).toEqual([0, 1]);
    });
  });
});

describe('the units that fire for an image', () => {
  it('are those above one half, and their effect is what the score loses with the unit at its mean', async () => {
    const [found] = (await examine(pruner, pruned, { images: [7] })).images;
    const image = rows(pruner.test.images, 7, 8);
    const weight = pruned.state.weights['hidden.weight']!.data;
    const bias = pruned.state.weights['hidden.bias']!.data;
    const sum = (unit: number, of: Float32Array) =>
      of.reduce((total, value, i) => total + value * weight[unit * 784 + i]!, bias[unit]!);
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    const firing = [...Array(units).keys()].filter((unit) => sigmoid(sum(unit, image.data)) > 0.5);
    expect(found!.fired.map(({ unit }) => unit).sort()).toEqual(firing);
    const out = pruned.state.weights['output.weight']!.data;
    for (const { unit, activation, effect } of found!.fired) {
      expect(activation).toBeCloseTo(sigmoid(sum(unit, image.data)), 5);
      const mean =
        [...Array(60).keys()].reduce((total, i) => total + sum(unit, rows(pruner.test.images, i, i + 1).data), 0) / 60;
      expect(effect).toBeCloseTo((activation - sigmoid(mean)) * out[found!.chosen * units + unit]!, 4);
    }
    const effects = found!.fired.map(({ effect }) => effect);
    expect(effects).toEqual(effects.toSorted((a, b) => b - a));
  });
});

describe('the page', () => {
  it('shows units, rounds, what hiding does, and escapes names', async () => {
    const examination = await examine(pruner, pruned, { images: [0, 1] });
    const layer = layerView(pruner, pruned, examination, 'pruned', 'Cut to <few> regions');
    const page = renderPage(
      regionsPage({
        title: 'small',
        headline: 'Half',
        lede: 'Lede',
        runs: [{ label: 'Ours', about: 'few', kind: 'own', charted: true, before: 0.5, rounds: pruned.rounds }],
        layers: [layer],
        varying: 600,
        inputs: 784,
        provenance: {
          model: { file: 'small', sha256: '0', opset: 21 },
          input: [],
          settings: [],
          environment: [],
        },
      }),
    );
    expect(page).toContain('Cut to &lt;few&gt; regions');
    expect(page).toContain('184 of the layer’s 784 inputs are the same in every training image');
    for (const { unit } of layer.units) expect(page).toContain(`Unit ${unit}: `);
    expect(page).toContain('removed regions, pruned network');
    expect(page).toContain('Test image 1');
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it('draws weights red and blue by sign, black where there is none', () => {
    const map = { channels: 1, height: 1, width: 3, layout: 'NCHW' as const };
    const { data } = weightPicture(Float32Array.of(2, 0, -2), map);
    expect([data[0]! > data[2]!, [...data.subarray(3, 6)], data[8]! > data[6]!]).toEqual([true, [0, 0, 0], true]);
    const image = { width: 3, height: 1, channels: 1 as const, data: Uint8Array.of(255, 255, 255) };
    const { data: over } = overlayPicture(image, Float32Array.of(1, 0, -1), [1, 0, 1]);
    expect([over[0]! > over[2]!, over[3] === over[5] && over[3]! < 128, over[8]! > over[6]!]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
