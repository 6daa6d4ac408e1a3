import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { type LoadedModel, loadModel } from '../../src/model/loadModel.ts';
import { labelReading } from '../../src/model/reading/label.ts';
import { type Reading, readAs } from '../../src/model/reading/reading.ts';
import { sliceReading } from '../../src/model/reading/slice.ts';
import { valueReading } from '../../src/model/reading/value.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { scoped } from '../../src/runtime/release.ts';
import { images, modelOf, node, value, weights } from '../networks.ts';
import { cpu, runtimes } from '../runtimes.ts';
import { expectGradients } from './readingGradients.ts';

/** Smooth: a convolution and tanh, of which there are a map for each of four classes, three boxes of twelve numbers, and a number. */
function several(outputs: readonly string[] = ['maps', 'boxes', 'number'], batch: number | string = 'n'): Model {
  const builder = new GraphBuilder(emptyGraph('test'), 'test');
  const { ops } = builder;
  builder.input('x', 'float32', [batch, 1, 6, 6]);
  const convolved = builder.add('Conv', ['x', builder.constant(weights([4, 1, 3, 3]))], { pads: [1, 1, 1, 1] });
  builder.append(node('Tanh', [convolved], ['maps']));
  const squares = ops.Mul('maps', 'maps');
  const first = typeof batch === 'number' ? batch : 0;
  builder.append(node('Reshape', [squares, builder.ints([first, 12, 12])], ['boxes']));
  const mean = builder.add('ReduceMean', [squares, builder.ints([1, 2, 3])], { keepdims: 0 });
  builder.append(node('Exp', [mean], ['number']));
  return modelOf(builder.build(outputs.map((name) => value(name, undefined))));
}

async function withLoaded(model: Model, run: (loaded: LoadedModel) => Promise<void>): Promise<void> {
  await scoped(async (keep) => run(await keep(loadModel(writeModel(model), { runtime: cpu }))));
}

const x = images(2, [1, 6, 6]);

describe('a model with outputs of any shape', () => {
  it('gives all of them for batches, as the original does for one image at a time', () =>
    withLoaded(several(undefined, 1), async ({ outputs, outputsOf, preparation }) => {
      expect(outputs).toEqual([
        { name: 'maps', dims: [4, 6, 6] },
        { name: 'boxes', dims: [12, 12] },
        { name: 'number', dims: [] },
      ]);
      expect(preparation.batched).toBe(true);
      const found = await outputsOf(x);
      expect(found.boxes?.dims).toEqual([2, 12, 12]);
      expect(found.number?.dims).toEqual([2]);
    }));

  it('reads only those asked for', () =>
    scoped(async (keep) => {
      const bytes = writeModel(several());
      const { outputs, proved } = await keep(loadModel(bytes, { runtime: cpu, outputs: ['boxes'] }));
      expect(outputs.map(({ name }) => name)).toEqual(['boxes']);
      expect(proved.outputs).toEqual(['boxes']);
    }));

  it('refuses an output that does not exist', () =>
    expect(loadModel(writeModel(several()), { runtime: cpu, outputs: ['nothing'] })).rejects.toThrow(
      'no output "nothing"; it has maps, boxes, number',
    ));
});

describe.each(runtimes)('a slice on $name', ({ runtime }) => {
  it('is the sum of its elements, and has their gradient', () =>
    scoped(async (keep) => {
      const loaded = await keep(loadModel(writeModel(several()), { runtime }));
      const slice = await keep(readAs(loaded, sliceReading(loaded, 'boxes[0, 4:10, -1]')));
      const { boxes } = await loaded.outputsOf(x);
      const sums = [0, 1].map((image) =>
        [4, 5, 6, 7, 8, 9].reduce((sum, row) => sum + (boxes?.data[image * 144 + row * 12 + 11] ?? 0), 0),
      );
      const { data } = await slice.scoresOf(x);
      for (const [image, sum] of sums.entries()) expect(data[image]).toBeCloseTo(sum, 5);
      await expectGradients(slice, x, 0, 1);
    }));
});

describe('slices', () => {
  it('are written as in NumPy', () =>
    withLoaded(several(), async (loaded) => {
      const { maps, number } = await loaded.outputsOf(x);
      const valueAt = async (text: string) => {
        const read = await readAs(loaded, sliceReading(loaded, text));
        const [first] = (await read.scoresOf(x)).data;
        await read.release();
        return first;
      };
      const at = (k: number, i: number, j: number) => maps!.data[k * 36 + i * 6 + j]!;
      expect(await valueAt('maps[0,2,3,4]')).toBeCloseTo(at(2, 3, 4), 6);
      expect(await valueAt('maps[:,-1,0,0:2]')).toBeCloseTo(at(3, 0, 0) + at(3, 0, 1), 6);
      expect(await valueAt('maps[0,0,-2:,5]')).toBeCloseTo(at(0, 4, 5) + at(0, 5, 5), 6);
      const whole = maps!.data.subarray(0, 36).reduce((sum, one) => sum + one, 0);
      expect(await valueAt('maps[0,0]')).toBeCloseTo(whole, 5);
      expect(await valueAt('number[0]')).toBeCloseTo(number!.data[0]!, 6);
    }));

  it.each([
    ['boxes[0,12,3]', 'outside of axis 1 of [n, 12, 12]'],
    ['boxes[0,-13]', 'outside of axis 1'],
    ['boxes[0,0:13]', 'goes beyond axis 1'],
    ['boxes[0,4:4]', 'takes nothing of axis 1'],
    ['boxes[0,a]', 'neither a whole number'],
    ['boxes[0,::2]', 'neither a whole number'],
    ['boxes[1,0]', 'the first axis of "boxes" is the batch'],
    ['boxes[0,0,0,0]', 'has 4 axes, but "boxes" has 3'],
    ['box[0,0]', 'no such output; it has maps, boxes, number'],
  ])('refuse %s', (text, message) =>
    withLoaded(several(), async (loaded) => {
      expect(() => sliceReading(loaded, text)).toThrow(message);
    }),
  );
});

describe('a value', () => {
  it('is the number itself, and counts as the same within a share of what it varies by', () =>
    withLoaded(several(['number']), async (loaded) => {
      const read = await readAs(loaded, valueReading(loaded));
      const { number } = await loaded.outputsOf(x);
      const [first] = await read.predict(x);
      expect(first?.value).toBeCloseTo(number?.data[0] ?? Number.NaN, 6);
      expect(read.classCount).toBe(1);
      expect(read.scores.tolerance).toBeGreaterThan(0);
      await expectGradients(read, x, 0, 1);
      await read.release();
    }));

  it('is a column of several', () =>
    withLoaded(rowsOf(3), async (loaded) => {
      expect(() => valueReading(loaded)).toThrow('say which is explained, value:COLUMN, 0 to 2');
      expect(() => valueReading(loaded, '3')).toThrow('There is no value "3"');
      const read = await readAs(loaded, valueReading(loaded, '1', 0.25));
      const { out } = await loaded.outputsOf(x);
      expect((await read.scoresOf(x)).data[0]).toBeCloseTo(out?.data[1] ?? Number.NaN, 6);
      expect(read.scores.tolerance).toBe(0.25);
      await read.release();
    }));

  it('refuses a tolerance below 0', () =>
    withLoaded(several(['number']), async (loaded) => {
      await expect(readAs(loaded, valueReading(loaded, undefined, -1))).rejects.toThrow('The tolerance is -1');
    }));

  it('needs a row of numbers', () =>
    withLoaded(several(['maps']), async (loaded) => {
      expect(() => valueReading(loaded)).toThrow('the model gives maps [n, 4, 6, 6]');
    }));
});

/** [n, count] numbers of images, through a sigmoid each where `labels` says so. */
function rowsOf(count: number, labels = false): Model {
  const builder = new GraphBuilder(emptyGraph('test'), 'test');
  builder.input('x', 'float32', ['n', 1, 6, 6]);
  const flat = builder.ops.Tanh(builder.ops.Reshape('x', builder.ints([0, -1])));
  const product = builder.ops.MatMul(flat, builder.constant(weights([36, count])));
  builder.append(node(labels ? 'Sigmoid' : 'Identity', [product], ['out']));
  return modelOf(builder.build([value('out', ['n', count])]));
}

describe('a label', () => {
  const loadLabels = () =>
    loadClassifier(writeModel(rowsOf(3, true)), { runtime: cpu, input: { classes: ['cat', 'dog', 'eel'] } });

  it('is its column’s logit, between "not dog" and "dog", and has its gradient', () =>
    scoped(async (keep) => {
      const classifier = await keep(loadLabels());
      const dog = await keep(readAs(classifier, labelReading(classifier, 'dog')));
      const [all, own] = [await classifier.predict(x), await dog.predict(x)];
      for (const [i, { scores, probabilities, chosen }] of own.entries()) {
        expect(scores[1]).toBeCloseTo(all[i]?.scores[1] ?? Number.NaN, 5);
        expect(probabilities[1]).toBeCloseTo(all[i]?.probabilities[1] ?? Number.NaN, 5);
        expect(chosen).toBe(Number((all[i]?.probabilities[1] ?? 0) > 0.5));
      }
      expect(dog.input.classes).toEqual(['not dog', 'dog']);
      await expectGradients(dog, x, 0, 1);
    }));

  it('is there from its threshold on', () =>
    scoped(async (keep) => {
      const classifier = await keep(loadLabels());
      const [first] = await classifier.predict(x);
      const probability = first?.probabilities[2] ?? 0;
      for (const [threshold, chosen] of [
        [probability - 0.01, 1],
        [probability + 0.01, 0],
      ] as const) {
        const eel = await keep(readAs(classifier, labelReading(classifier, 2, threshold)));
        expect((await eel.predict(x))[0]?.chosen).toBe(chosen);
      }
      expect(() => labelReading(classifier, 'cow')).toThrow('There is no label "cow": give an index from 0 to 2');
      expect(() => labelReading(classifier, 'cat', 1)).toThrow('a probability between 0 and 1');
    }));

  it('is refused of classes that are no labels', () =>
    scoped(async (keep) => {
      const classifier = await keep(loadClassifier(writeModel(rowsOf(3)), { runtime: cpu }));
      expect(() => labelReading(classifier, '1')).toThrow('no labels');
    }));
});

it('a reading has to make a row of numbers', () =>
  withLoaded(several(['maps']), async (loaded) => {
    const whole: Reading = { id: 'whole', words: 'all', output: 'maps', decides: 'classes', add: () => 'maps' };
    await expect(readAs(loaded, whole)).rejects.toThrow('"whole" gives float32[2,4,6,6]');
  }));
