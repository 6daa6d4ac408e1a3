import { describe, expect, it } from 'vitest';
import { inputParts } from '../../src/app/severalInputs.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { occlusion } from '../../src/attribution/perturbation/occlusion.ts';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { InputDescriptionError, InvalidInputError, UnsuitableModelError } from '../../src/model/errors.ts';
import { explainableInputs, type HeldInputs } from '../../src/model/heldInputs.ts';
import type { Model, ValueInfo } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, type Tensor } from '../../src/onnx/tensor.ts';
import { dense, images, load, modelOf, node, value, weights } from '../networks.ts';

const batch = 'n';

/** softplus of image and row side by side, times a temperature, plus a row of a table that `kind` chooses. */
function several(constants: Readonly<Record<string, Tensor>> = {}, first: number | string = batch): Model {
  const builder = new GraphBuilder(emptyGraph('several'), 'test');
  const inputs: readonly ValueInfo[] = [
    value('image', [first, 1, 4, 4]),
    value('row', [first, 3]),
    value('temperature', []),
    value('kind', [first], 'int64'),
  ];
  for (const { name, type, dims } of inputs) if (!constants[name]) builder.input(name, type!, dims);
  const flat = builder.ops.Reshape('image', builder.ints([-1, 16]));
  const both = builder.add('Concat', [flat, 'row'], { axis: 1 });
  const hidden = builder.add('Softplus', [dense(builder, both, 19, 5)]);
  const chosen = builder.add('Gather', [builder.constant(weights([4, 3], 8)), 'kind'], { axis: 0 });
  const scores = builder.ops.Add(builder.ops.Mul(dense(builder, hidden, 5, 3), 'temperature'), chosen);
  builder.append(node('Identity', [scores], ['out']));
  const graph = builder.build([value('out', [first, 3])]);
  return modelOf({ ...graph, initializers: new Map([...graph.initializers, ...Object.entries(constants)]) });
}

const rowValues = [0.5, -1.25, 2];
const held: HeldInputs = new Map<string, ReturnType<typeof float32>>([
  ['row', float32([1, 3], rowValues)],
  ['temperature', float32([], [0.7])],
  ['kind', int64([2]) as never],
]);

/** The same by hand, for a batch of two: what is held is written out twice. */
const byHand = several(
  {
    row: float32([2, 3], [...rowValues, ...rowValues]),
    temperature: float32([], [0.7]),
    kind: int64([2, 2]),
  },
  2,
);

/** The mean of a wave of any length times a state that has its batch in the middle. */
function recurrent(): Model {
  const builder = new GraphBuilder(emptyGraph('recurrent'), 'test');
  builder.input('wave', 'float32', [batch, 'length']);
  builder.input('state', 'float32', [2, batch, 3]);
  const mean = builder.add('ReduceMean', ['wave', builder.ints([1])], { keepdims: 1 });
  const state = builder.add('ReduceSum', ['state', builder.ints([0])], { keepdims: 0 });
  builder.append(node('Mul', [mean, state], ['out']));
  return modelOf(builder.build([value('out', [batch, 3])]));
}

describe('a recurrent state', () => {
  const arrays = new Map<string, NpyArray>([
    ['wave', { type: 'float32', dims: [1, 50], data: Float32Array.from({ length: 50 }, (_, i) => i) }],
    ['state', { type: 'float32', dims: [2, 1, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ]);
  const { inputs } = recurrent().graph;

  it('is held by default, and explained where it is named', () => {
    const explained = (name?: string) =>
      inputParts(inputs, [{ name: 'a.npz', arrays }], name).map(({ inputName }) => inputName);
    expect(explained()).toEqual(['wave']);
    const unnamed = inputs.map((input) => ({ ...input, dims: input.dims!.map((dim) => (dim === batch ? '' : dim)) }));
    expect(explainableInputs(unnamed).map(({ name }) => name)).toEqual(['wave']);
    expect(explained('state')).toEqual(['state']);
  });

  it('leaves a signal whose open length is that of its array', async () => {
    const [{ held, images: [image] = [], inputName } = { held: new Map(), inputName: '' }] = inputParts(
      inputs,
      [{ name: 'a.npz', arrays }],
      undefined,
    );
    const settings = { held, inputName, input: { kind: 'signal' } } as const;
    await expect(load(recurrent(), settings)).rejects.toThrow('its length is open');
    const classifier = await load(recurrent(), { ...settings, sampleDims: image!.array.dims });
    expect(classifier.input).toMatchObject({ channels: 1, height: 1, width: 50 });
    // The mean 24.5 times the state's sums.
    const wave = float32(
      [1, 1, 1, 50],
      Float32Array.from({ length: 50 }, (_, i) => i),
    );
    expect([...(await classifier.scoresOf(wave)).data]).toEqual([5, 7, 9].map((sum) => 24.5 * sum));
    await classifier.release();
  });
});

describe('inputs that are held', () => {
  it.each([
    ['a free batch', several()],
    ['a batch of one', several({}, 1)],
  ])('give what the model with constants gives: %s', async (_, model) => {
    const classifier = await load(model, { held, inputName: 'image' });
    expect(classifier.inputName).toBe('image');
    expect(classifier.preparation.batched).toBe(true);
    expect(classifier.preparation.notes[0]).toBe(
      '"image" was explained; held fixed: "row" = 0.5, -1.25, 2, "temperature" = 0.7, "kind" = 2.',
    );
    const other = await load(byHand);
    const pixels = images(2, [1, 4, 4]);
    expect((await classifier.scoresOf(pixels)).data).toEqual((await other.scoresOf(pixels)).data);
    for (const method of [saliency(), occlusion()]) {
      const [own, twin] = [await method.compile(classifier), await method.compile(other)];
      const maps = [await own.attribute(pixels, [1, 2]), await twin.attribute(pixels, [1, 2])];
      const [ours, theirs] = maps.map(({ values }) => values.data);
      for (const [at, number] of ours!.entries()) expect(number).toBeCloseTo(theirs![at]!, 6);
      await own.release();
      await twin.release();
    }
    await classifier.release();
    await other.release();
  });

  it('leave any other float input to be explained', async () => {
    const others = new Map([...held].filter(([name]) => name !== 'row'));
    const classifier = await load(several(), { held: others.set('image', images(1, [1, 4, 4])) });
    expect(classifier.inputName).toBe('row');
    expect(classifier.input.numbers?.kind).toBe('table');
    await classifier.release();
  });

  const without = (name: string) => new Map([...held].filter(([one]) => one !== name));
  it.each([
    {
      title: 'a missing array',
      held: without('kind'),
      error: InvalidInputError,
      says: /no value for "kind".*\n.*image: float32\[n, 1, 4, 4\]/s,
    },
    {
      title: 'an array too many',
      held: new Map(held).set('colour', float32([], [1])),
      error: InputDescriptionError,
      says: /no input "colour". It takes:\n.*temperature: float32\[\]/s,
    },
    {
      title: 'another shape',
      held: new Map(held).set('row', float32([1, 4], [1, 2, 3, 4])),
      error: InvalidInputError,
      says: /"row" is float32\[1,4\], but the model takes float32\[n, 3\], of one image here/,
    },
    {
      title: 'two rows',
      held: new Map(held).set('row', float32([2, 3], [1, 2, 3, 4, 5, 6])),
      error: InvalidInputError,
      says: /"row" is float32\[2,3\]/,
    },
    {
      title: 'no whole number',
      held: new Map(held).set('kind', float32([1], [0.5])),
      error: InvalidInputError,
      says: /"kind" is float32\[1\], and the model takes int64/,
    },
    {
      title: 'an input of whole numbers that chooses',
      held,
      inputName: 'kind',
      error: UnsuitableModelError,
      says: /"kind" holds ids/,
    },
    {
      title: 'an input that there is not',
      held,
      inputName: 'picture',
      error: InputDescriptionError,
      says: /no input "picture"/,
    },
    {
      title: 'nothing said',
      held: new Map() as HeldInputs,
      error: UnsuitableModelError,
      says: /other inputs:.*\.npz file.*--with FILE\.npz/s,
    },
  ])('$title is refused', async ({ held: given, inputName = given.size > 0 ? 'image' : undefined, error, says }) => {
    const loading = load(several(), { held: given, inputName });
    await expect(loading).rejects.toBeInstanceOf(error);
    await expect(loading).rejects.toThrow(says);
  });

  it('do not make a model of text one that is explained', async () => {
    const builder = new GraphBuilder(emptyGraph('text'), 'test');
    builder.input('input_ids', 'int64', ['n', 'tokens']);
    builder.input('attention_mask', 'int64', ['n', 'tokens']);
    const words = builder.add('Gather', [builder.constant(weights([20, 4])), 'input_ids'], { axis: 0 });
    const mean = builder.add('ReduceMean', [words, builder.ints([1])], { keepdims: 0 });
    builder.append(node('Identity', [dense(builder, mean, 4, 2)], ['out']));
    const loading = load(modelOf(builder.build([value('out', ['n', 2])])));
    await expect(loading).rejects.toThrow(/"input_ids" holds ids, as of words: text is not explained/);
    await expect(loading).rejects.toBeInstanceOf(UnsuitableModelError);
  });
});

describe('what is said of one input', () => {
  const others = new Map(held);
  others.delete('row');
  others.set('image', images(1, [1, 4, 4]));
  const features = ['age', 'income', 'loans'];

  it('is so of that one alone', async () => {
    const input = { scale: 1, inputs: { row: { kind: 'table' as const, features, mean: 5 } } };
    const row = await load(several(), { held: others, inputName: 'row', input, inputSources: { inputs: 'a file' } });
    expect(row.input.numbers?.features[1]).toEqual({ name: 'income', mean: 5, std: 1 });
    expect(row.inputSources).toMatchObject({ features: 'a file', scale: 'given', order: 'default' });
    const image = await load(several(), { held, inputName: 'image', input });
    expect(image.input.numbers).toBeUndefined();
    expect(image.input.mean).toEqual([0]);
    await row.release();
    await image.release();
  });

  it.each([
    [{ inputs: { record: {} } }, /an input "record", which the model does not have\. It takes:\n {2}image/],
    [{ inputs: { row: { features: ['age'] } } }, /1 names of features \(age\), but the model takes 3/],
    [{ inputs: { row: { size: 2 } } }, /3 numbers an image, but the size given has 4/],
  ] as const)('is refused where it does not fit: %j', async (input, says) => {
    const loading = load(several(), { held: others, inputName: 'row', input: JSON.parse(JSON.stringify(input)) });
    await expect(loading).rejects.toBeInstanceOf(InputDescriptionError);
    await expect(loading).rejects.toThrow(says);
  });
});
