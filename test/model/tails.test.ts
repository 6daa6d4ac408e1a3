import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { UnsuitableModelError } from '../../src/model/errors.ts';
import type { Attribute, Graph, Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, type Tensor } from '../../src/onnx/tensor.ts';
import { built, dense, images, load, modelOf, node, value, weights } from '../networks.ts';

const shape = [1, 2, 16];
const input = value('x', ['n', 1, 2, 16]);
const strings = (...value: string[]): Attribute => ({ type: 'strings', value });
const ml = { domain: 'ai.onnx.ml' };

async function slopesOf(model: Model, all = images(2, shape)): Promise<{ slopes: Float32Array; scores: Float32Array }> {
  const classifier = await load(model);
  const explainer = await saliency().compile(classifier);
  const { values } = await explainer.attribute(all, [1, 2]);
  const scores = await classifier.scoresOf(all);
  await explainer.release();
  await classifier.release();
  return { slopes: values.data, scores: scores.data };
}

/** softmax(W x) as converters of whole pipelines leave it: the label, and a dictionary of probabilities. */
function withTail(keys: Attribute, label: 'string' | 'int64'): Model {
  const builder = new GraphBuilder(emptyGraph('tail'), 'test');
  builder.input('x', 'float32', input.dims);
  const p = builder.add('Softmax', [dense(builder, builder.add('Flatten', ['x']), 32, 3)]);
  const best = builder.add('ArgMax', [p], { axis: 1, keepdims: 0 });
  const names: Tensor = { type: 'string', dims: [3], data: ['cat', 'dog', 'owl'] };
  const table = label === 'string' ? builder.constant(names) : builder.constant(int64([5, 6, 7]));
  const picked = builder.fresh('picked');
  builder.append(node('ArrayFeatureExtractor', [table, best], [picked], ml));
  builder.append(node('Reshape', [picked, builder.ints([-1])], ['classLabel']));
  const key = keys.type === 'strings' ? 'classlabels_strings' : 'classlabels_int64s';
  builder.append(node('ZipMap', [p], ['loss'], { ...ml, attributes: { [key]: keys } }));
  const outputs: Graph['outputs'] = [
    { name: 'classLabel', type: label, dims: ['n'] },
    { name: 'loss', type: undefined, dims: undefined },
  ];
  return { ...modelOf(builder.build(outputs)), domains: new Map([['ai.onnx.ml', 3]]) };
}

describe('what comes after the scores is cut off', () => {
  it.each([
    {
      title: 'a label and a dictionary by name',
      model: withTail(strings('cat', 'dog', 'owl'), 'string'),
      classes: ['cat', 'dog', 'owl'],
    },
    {
      title: 'a label and a dictionary by number',
      model: withTail({ type: 'ints', value: [5, 6, 7] }, 'int64'),
      classes: ['5', '6', '7'],
    },
  ])('$title: scores before the softmax, class names from the dictionary', async ({ model, classes }) => {
    const classifier = await load(model);
    expect(classifier).toMatchObject({ output: 'loss', classCount: 3, scores: { before: 'Softmax' } });
    expect(classifier.input.classes).toEqual(classes);
    const plain = built(input, ['n', 3], (b, x) => b.add('Softmax', [dense(b, b.add('Flatten', [x]), 32, 3)]));
    expect(await slopesOf(model)).toEqual(await slopesOf(plain));
  });

  it('a label beside plain scores is not what is explained', async () => {
    const builder = new GraphBuilder(emptyGraph('labelled'), 'test');
    builder.input('x', 'float32', input.dims);
    const scores = dense(builder, builder.add('Flatten', ['x']), 32, 3);
    builder.append(node('Identity', [scores], ['scores']));
    builder.append(
      node('ArgMax', [scores], ['label'], {
        attributes: { axis: { type: 'int', value: 1 }, keepdims: { type: 'int', value: 0 } },
      }),
    );
    const outputs = [{ ...value('label', ['n'], 'int64') }, value('scores', ['n', 3])];
    expect((await load(modelOf(builder.build(outputs)))).output).toBe('scores');
  });

  it('outputs that are all sequences are refused by name', async () => {
    const builder = new GraphBuilder(emptyGraph('sequence'), 'test');
    builder.input('x', 'float32', input.dims);
    builder.append(
      node('SequenceConstruct', [dense(builder, builder.add('Flatten', ['x']), 32, 3)], ['list'], { name: 'pack' }),
    );
    const model = modelOf(builder.build([{ name: 'list', type: undefined, dims: undefined }]));
    await expect(load(model)).rejects.toThrow(/outputs \(list\) are sequences.*SequenceConstruct "pack"/);
    await expect(load(model)).rejects.toBeInstanceOf(UnsuitableModelError);
  });
});

type Build = (b: GraphBuilder, x: string) => string;
const flatDense: Build = (b, x) => dense(b, b.add('Flatten', [x]), 32, 3);
const half = (b: GraphBuilder, x: string, at: number) =>
  b.add('Slice', [x, b.ints([at]), b.ints([at + 1]), b.ints([2])]);

/** The same by sequences, and by tensors alone. */
const sequences: readonly { title: string; by: Build; plain: Build }[] = [
  {
    title: 'rows split apart and put together the other way round',
    by: (b, x) => {
      const parts = b.add('SplitToSequence', [x, b.ints([1, 1])], { axis: 2 });
      const at = (i: number) => b.add('SequenceAt', [parts, b.int(i)]);
      return flatDense(b, b.add('Concat', [at(-1), at(0)], { axis: 2 }));
    },
    plain: (b, x) => flatDense(b, b.add('Concat', [half(b, x, 1), half(b, x, 0)], { axis: 2 })),
  },
  {
    title: 'columns in parts of unequal size',
    by: (b, x) => {
      const parts = b.add('SplitToSequence', [x, b.int(3)], { axis: -1 });
      return flatDense(b, b.add('ConcatFromSequence', [parts], { axis: -1 }));
    },
    plain: flatDense,
  },
  {
    title: 'one by one, without the axis, and stacked again',
    by: (b, x) => {
      const parts = b.add('SplitToSequence', [x], { axis: 2, keepdims: 0 });
      return flatDense(b, b.add('ConcatFromSequence', [parts], { axis: 2, new_axis: 1 }));
    },
    plain: flatDense,
  },
  {
    title: 'a list that is added to and taken from',
    by: (b, x) => {
      const empty = b.add('SequenceEmpty', []);
      const one = b.add('SequenceInsert', [empty, half(b, x, 1)]);
      const two = b.add('SequenceInsert', [one, half(b, x, 0), b.int(0)]);
      const three = b.add('SequenceInsert', [two, half(b, x, 0)]);
      const back = b.add('Identity', [b.add('SequenceErase', [three])]);
      return flatDense(b, b.add('ConcatFromSequence', [back], { axis: 2 }));
    },
    plain: flatDense,
  },
  {
    title: 'an optional, of a tensor',
    by: (b, x) => flatDense(b, b.add('OptionalGetElement', [b.add('Optional', [x])])),
    plain: flatDense,
  },
  {
    title: 'an optional, of a sequence',
    by: (b, x) => {
      const list = b.add('SequenceConstruct', [half(b, x, 0), half(b, x, 1)]);
      const same = b.add('OptionalGetElement', [b.add('Optional', [list])]);
      return flatDense(b, b.add('ConcatFromSequence', [same], { axis: 2 }));
    },
    plain: flatDense,
  },
  {
    title: 'a length',
    by: (b, x) => {
      const count = b.add('SequenceLength', [b.add('SequenceConstruct', [x, x])]);
      return b.ops.Mul(flatDense(b, x), b.add('Cast', [count], { to: 1 }));
    },
    plain: (b, x) => b.ops.Mul(flatDense(b, x), b.scalar(2)),
  },
];

describe('sequences of known length are tensors', () => {
  it.each(sequences)('$title', async ({ by, plain }) => {
    expect(await slopesOf(built(input, ['n', 3], by))).toEqual(await slopesOf(built(input, ['n', 3], plain)));
  });

  /** A loop that collects `count` copies of what it is given. */
  const loop = (b: GraphBuilder, start: string, count: number): string => {
    const inner = new GraphBuilder(emptyGraph('body'), 'body');
    inner.input('i', 'int64', []);
    inner.input('go', 'bool', []);
    const sequence = { name: 'list', type: undefined, dims: undefined };
    const longer = inner.add('SequenceInsert', ['list', start]);
    const body = inner.build([
      { name: 'go', type: 'bool', dims: [] },
      { name: longer, type: undefined, dims: undefined },
    ]);
    const list = b.add('SequenceEmpty', []);
    return b.add('Loop', [b.int(count), '', list], {
      body: { type: 'graph', value: { ...body, inputs: [...body.inputs, sequence] } },
    });
  };

  it('a sequence that a loop fills with constants does not keep the model from being explained', async () => {
    const model = built(input, ['n', 3], (b, x) => {
      const bias = b.add('ConcatFromSequence', [loop(b, b.constant(float32([1], [0.5])), 3)], { axis: 0 });
      return b.ops.Add(flatDense(b, x), bias);
    });
    const plain = built(input, ['n', 3], (b, x) => b.ops.Add(flatDense(b, x), b.scalar(0.5)));
    expect(await slopesOf(model)).toEqual(await slopesOf(plain));
  });

  it('one that a loop fills with what depends on the image is refused by name', async () => {
    const model = built(input, ['n', 3], (b, x) => {
      const list = loop(b, b.add('Flatten', [x]), 2);
      return b.ops.MatMul(b.add('ConcatFromSequence', [list], { axis: 1 }), b.constant(weights([64, 3])));
    });
    const classifier = await load(model);
    await expect(saliency().compile(classifier)).rejects.toThrow(/Loop \(gradients do not pass through loops\)/);
  });
});
