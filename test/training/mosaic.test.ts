import { beforeAll, describe, expect, it } from 'vitest';
import { loadDigits } from '../../src/datasets/digits.ts';
import { composeMosaics } from '../../src/datasets/mosaic/composeMosaics.ts';
import type { Mosaics, PlacedDigit } from '../../src/datasets/mosaic/mosaic.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { float32, type Tensor, toNumbers, zeros } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { runOnce } from '../../src/runtime/program.ts';
import { floatOutputOf } from '../../src/runtime/runtime.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpointFile.ts';
import { foundDigits, matchedBoxes, overlap } from '../../src/training/mosaic/boxes.ts';
import { measureMosaics } from '../../src/training/mosaic/measures.ts';
import { type MosaicNetworkName, mosaicNetworks } from '../../src/training/mosaic/networks.ts';
import {
  boxTargets,
  imagesToLearn,
  isMosaicWeight,
  mosaicTasks,
  shareTargets,
} from '../../src/training/mosaic/tasks.ts';
import { adam } from '../../src/training/optimizers.ts';
import { trainModel } from '../../src/training/train.ts';

const runtime = nodeRuntime({ threads: 1 });
const names = Object.keys(mosaicNetworks) as MosaicNetworkName[];
const cells = 144;

let mosaics: Mosaics;
beforeAll(async () => {
  const { train } = await loadDigits();
  mosaics = composeMosaics(train, { name: 'mosaic', count: 12, seed: 1 });
});

const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 });
const placed = (digit: number, where: ReturnType<typeof box>): PlacedDigit => ({
  digit,
  source: 0,
  box: where,
  ink: new Uint8Array((where.x2 - where.x1) * (where.y2 - where.y1)).fill(1),
});

/** The network with all weights 0, but for the bias of its last convolution. */
function withEvidence(model: Model, bias: readonly number[]): Model {
  const initializers = new Map(
    [...model.graph.initializers].map(([name, old]): [string, Tensor] => {
      if (name === 'evidence.bias') return [name, float32(old.dims, bias)];
      return [name, isMosaicWeight(name) ? zeros('float32', old.dims) : old];
    }),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}

async function answerOf(model: Model, count = 2) {
  const output = model.graph.outputs[0]!.name;
  const values = await runOnce(runtime, model, {}, { input: zeros('float32', [count, 1, 96, 96]) });
  return floatOutputOf(values, output);
}

describe('the answers of the networks, by what their last convolution gives', () => {
  it('the sum adds up what 144 places have', async () => {
    const halves = Array.from({ length: 10 }, () => 0);
    const { dims, data } = await answerOf(withEvidence(mosaicNetworks['mosaic-value'].build(1), halves));
    // At each of them half of each digit: 72 of each, and 0 + 1 + ... + 9 = 45.
    expect([dims, data[0]]).toEqual([[2, 1], 72 * 45]);
  });

  it('a label is the sigmoid of the surest place', async () => {
    const bias = [0, 1, 2, 3, 4, 5, 6, 7, 8, -9];
    const { dims, data } = await answerOf(withEvidence(mosaicNetworks['mosaic-labels'].build(1), bias));
    expect(dims).toEqual([2, 10]);
    bias.forEach((z, k) => {
      expect(data[k]).toBeCloseTo(1 / (1 + Math.exp(-z)), 6);
    });
  });

  it('a pixel has the scores of its place, and what the picture adds', async () => {
    const bias = Array.from({ length: 11 }, (_, i) => i);
    const { dims, data } = await answerOf(withEvidence(mosaicNetworks['mosaic-segmenter'].build(1), bias));
    expect(dims).toEqual([2, 11, 96, 96]);
    const at = (k: number, y: number, x: number) => data[(k * 96 + y) * 96 + x];
    expect([at(0, 0, 0), at(2, 5, 6), at(10, 95, 95)]).toEqual([0, 2, 10]);
  });

  it('a cell’s box is where the cell is, 24 pixels wide, until it says otherwise', async () => {
    const bias = [0.5, 0, Math.log(2), 0, ...Array.from({ length: 10 }, () => 0)];
    const { dims, data } = await answerOf(withEvidence(mosaicNetworks['mosaic-detector'].build(1), bias));
    expect(dims).toEqual([2, 14, cells]);
    const of = (cell: number) => Array.from({ length: 5 }, (_, row) => data[row * cells + cell]);
    expect(of(0)).toEqual([8, 4, expect.closeTo(48, 4), 24, 0.5]);
    // The third row's second cell.
    expect(of(25).slice(0, 2)).toEqual([16, 20]);
  });
});

describe('what is learned of a mosaic', () => {
  it('is a box for each cell whose middle is near that of a digit', () => {
    // The middle of the first is (12, 20), that of the second cell's third row; that of the other (48, 48), where four cells meet.
    const targets = boxTargets([placed(7, box(2, 10, 22, 30)), placed(1, box(46, 38, 50, 58))]);
    const at = (row: number, cell: number) => targets[row * cells + cell];
    const taken = [...Array(cells).keys()].filter((cell) => at(14, cell) === 1);
    expect(taken).toEqual([25, 65, 66, 77, 78]);
    expect([0, 1, 2, 3].map((row) => at(row, 25))).toEqual([12, 20, 20, 20]);
    expect([0, 1, 2, 3].map((row) => at(row, 77))).toEqual([48, 48, 4, 20]);
    expect([at(4 + 7, 25), at(4 + 1, 25), at(4 + 1, 66), at(4 + 7, 66)]).toEqual([1, 0, 1, 0]);
    expect(targets.filter((value) => value !== 0).length).toBe(5 * 6);
  });

  it('is how much of a digit each cell around its middle has', () => {
    // (12, 20) is the middle of a cell; (50, 48) lies between four, a quarter of a cell from the right ones.
    const values = shareTargets([placed(7, box(2, 10, 22, 30)), placed(8, box(48, 40, 52, 56))]);
    const found = [...values.entries()].filter(([, value]) => value !== 0);
    expect(found).toEqual([
      [7 * cells + 25, 1],
      [8 * cells + 65, 0.125],
      [8 * cells + 66, 0.375],
      [8 * cells + 77, 0.125],
      [8 * cells + 78, 0.375],
    ]);
  });

  it('is one of each digit in all, also at the edge', () => {
    const total = (digits: readonly PlacedDigit[]) => shareTargets(digits).reduce((sum, share) => sum + share, 0);
    expect(total([placed(9, box(0, 0, 4, 16)), placed(5, box(80, 93, 96, 96))])).toBeCloseTo(2, 5);
  });

  it('is found again in the targets themselves, as a perfect detector would give them', () => {
    const digits = mosaics.digits.flat().slice(0, 1);
    for (const those of [...mosaics.digits, digits]) {
      const answer = boxTargets(those).subarray(0, 14 * cells);
      expect(matchedBoxes(answer, cells, those)).toEqual({ found: those.length, right: those.length });
    }
  });

  it('counts a digit once, and a box of another class not at all', () => {
    const [there] = [placed(3, box(40, 40, 60, 60))];
    const answer = boxTargets([there]).subarray(0, 14 * cells);
    expect(matchedBoxes(answer, cells, [placed(4, there.box)])).toEqual({ found: 1, right: 0 });
    expect(matchedBoxes(answer, cells, [there, there])).toEqual({ found: 1, right: 1 });
    expect(foundDigits(new Float32Array(14 * cells), cells)).toEqual([]);
  });

  it('overlap is intersection over union', () => {
    expect(overlap(box(0, 0, 4, 4), box(2, 0, 6, 4))).toBeCloseTo(8 / 24, 9);
    expect(overlap(box(0, 0, 4, 4), box(4, 0, 8, 4))).toBe(0);
    expect(overlap(box(1, 1, 3, 3), box(1, 1, 3, 3))).toBe(1);
  });
});

describe.each(names)('%s', (name) => {
  const { loss, output } = mosaicTasks[name];
  const options = (updates: number) => ({
    optimizer: adam(),
    loss,
    output,
    trainable: isMosaicWeight,
    images: imagesToLearn(name, mosaics),
    learningRate: 0.003,
    length: { updates },
    batchSize: 6,
    seed: 1,
  });

  it('learns: the loss falls, and is measured', async () => {
    const losses: number[] = [];
    const { model } = await trainModel(runtime, mosaicNetworks[name].build(1), {
      ...options(12),
      onProgress: ({ loss }) => losses.push(loss),
    });
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-3))).toBeLessThan(mean(losses.slice(0, 3)));
    // The constants of its head are not weights.
    const { graph } = mosaicNetworks[name].build(1);
    for (const [constant, value] of graph.initializers) {
      const after = model.graph.initializers.get(constant)!;
      expect(toNumbers(after).join() === toNumbers(value).join(), constant).toBe(!isMosaicWeight(constant));
    }
    const figures = await measureMosaics(runtime, model, name, mosaics);
    for (const { value, share } of figures) {
      expect(value).toBeGreaterThanOrEqual(0);
      if (share) expect(value).toBeLessThanOrEqual(1);
    }
  });

  it('goes on from a checkpoint to the same bytes, and not to learn something else', async () => {
    const build = () => mosaicNetworks[name].build(1);
    const whole = await trainModel(runtime, build(), options(4));
    const part = await trainModel(runtime, build(), options(3));
    const checkpoint = readCheckpoint(writeCheckpoint(part.checkpoint));
    const resumed = await trainModel(runtime, build(), { ...options(4), checkpoint });
    expect(Buffer.from(writeModel(resumed.model)).equals(writeModel(whole.model))).toBe(true);
    const { images } = options(4);
    const other = { ...images, targets: { ...images.targets!, name: 'something else' } };
    await expect(trainModel(runtime, build(), { ...options(4), images: other, checkpoint })).rejects.toThrow(
      /what is learned: .* then, something else now/,
    );
  });
});

describe('images and losses that do not go together', () => {
  const { loss, output } = mosaicTasks['mosaic-value'];
  const options = { optimizer: adam(), learningRate: 0.1, length: { updates: 1 } };

  it('are refused with what each has', async () => {
    const model = mosaicNetworks['mosaic-value'].build(1);
    await expect(trainModel(runtime, model, { ...options, loss, output, images: mosaics.images })).rejects.toThrow(
      'the images have class numbers, but the loss takes targets of [10,12,12]',
    );
    await expect(
      trainModel(runtime, mosaicNetworks['mosaic-labels'].build(1), {
        ...options,
        images: imagesToLearn('mosaic-labels', mosaics),
      }),
    ).rejects.toThrow('the images have targets of [10], but the loss takes class numbers');
  });

  it('nor are targets validated by classes', async () => {
    const images = imagesToLearn('mosaic-value', mosaics);
    await expect(
      trainModel(runtime, mosaicNetworks['mosaic-value'].build(1), {
        ...options,
        loss,
        output,
        images,
        validation: images,
      }),
    ).rejects.toThrow('Validation counts right classes');
  });
});
