import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { inputCautions } from '../../src/model/cautions.ts';
import { predictionOf } from '../../src/model/decision.ts';
import { UnsuitableModelError } from '../../src/model/errors.ts';
import { describeInput, type InputSettings } from '../../src/model/inputDescription.ts';
import { elementTypeCode } from '../../src/onnx/elementType.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { built, dense, images, load, modelOf, node, value, weights } from '../networks.ts';

const input = value('x', ['n', 1, 2, 3]);
const ending = (classes: number, end: (b: GraphBuilder, z: string) => string) =>
  built(input, undefined, (b, x) => end(b, dense(b, b.add('Flatten', [x]), 6, classes)));
const convolved = (end: (b: GraphBuilder, z: string) => string) =>
  built(input, undefined, (b, x) => end(b, b.add('Conv', [x, b.constant(weights([4, 1, 1, 1]))])));

describe('what is assumed of an output is said:', () => {
  it.each([
    {
      title: 'a single number without a sigmoid',
      model: ending(1, (_b, z) => z),
      says: /no sigmoid.*logit of two classes.*regression/,
    },
    { title: 'a single number above 0', model: ending(1, (b, z) => b.add('Relu', [z])), says: /no sigmoid/ },
    {
      title: 'a sigmoid for each class',
      model: ending(4, (b, z) => b.ops.Sigmoid(z)),
      says: /4 classes.*independent labels/,
    },
    {
      title: 'a hard sigmoid for each class',
      model: ending(4, (b, z) => b.add('HardSigmoid', [z])),
      says: /a HardSigmoid each.*independent labels/,
    },
    {
      title: 'numbers of several positions, flattened',
      model: convolved((b, z) => b.add('Flatten', [z])),
      says: /24 numbers.*several positions, \[4,2,3\].*detector/,
    },
    {
      title: 'probabilities of several positions, flattened',
      model: convolved((b, z) => b.add('Flatten', [b.add('Softmax', [z], { axis: 1 })])),
      says: /several positions/,
    },
    {
      title: 'boxes put together',
      model: convolved((b, z) =>
        b.add('Concat', [b.add('Flatten', [z]), b.add('Flatten', [b.ops.Sigmoid(z)])], { axis: 1 }),
      ),
      says: /48 numbers.*several positions/,
    },
    {
      title: 'a softmax over one class',
      model: ending(1, (b, z) => b.add('Softmax', [z])),
      says: /always 1.*softmax over one class/,
    },
    {
      title: 'a softmax over one class, spelled out',
      model: ending(1, (b, z) => {
        const power = b.ops.Exp(z);
        return b.ops.Div(power, b.add('ReduceSum', [power, b.ints([1])], { keepdims: 1 }));
      }),
      says: /always 1/,
    },
    {
      title: 'a softmax over an axis of length 1',
      model: ending(3, (b, z) => b.add('Softmax', [b.ops.Unsqueeze(z, b.ints([2, 3]))], { axis: 3 })),
      says: /always 1/,
    },
  ])('$title', async ({ model, says }) => {
    const { cautions, release } = await load(model);
    expect(cautions).toEqual([expect.stringMatching(says)]);
    await release();
  });

  it.each([
    ['scores', ending(3, (_b, z) => z)],
    ['a softmax', ending(3, (b, z) => b.add('Softmax', [z]))],
    ['a single sigmoid', ending(1, (b, z) => b.ops.Sigmoid(z))],
    ['[n, K, 1, 1]', ending(3, (b, z) => b.ops.Unsqueeze(z, b.ints([2, 3])))],
    ['[n, 1, K]', ending(3, (b, z) => b.ops.Unsqueeze(z, b.ints([1])))],
  ])('but nothing of %s', async (_title, model) => {
    const { cautions, release, classCount } = await load(model);
    expect({ cautions, classCount }).toEqual({ cautions: [], classCount: classCount });
    await release();
  });
});

it('an output that is always 1 has a class and a map of zeros, and no made-up score', async () => {
  const classifier = await load(ending(1, (b, z) => b.add('Softmax', [z])));
  const [prediction] = await classifier.predict(images(1, [1, 2, 3]));
  expect(prediction).toEqual({ scores: [-1, 1], probabilities: [0, 1], chosen: 1, saturated: true });
  const explainer = await saliency().compile(classifier);
  const { values } = await explainer.attribute(images(1, [1, 2, 3]), [1]);
  expect(Math.max(...values.data.map(Math.abs))).toBe(0);
  await explainer.release();
  await classifier.release();
});

describe('an output that is a decision alone is refused, and the value before it can be named:', () => {
  const probabilities = (b: GraphBuilder, z: string) => b.add('Softmax', [z]);
  it.each([
    ['ArgMax', 3, (b: GraphBuilder, p: string) => b.add('ArgMax', [p], { axis: 1, keepdims: 0 })],
    [
      'ArgMax as a real number',
      3,
      (b: GraphBuilder, p: string) =>
        b.add('Cast', [b.add('ArgMax', [p], { axis: 1 })], { to: elementTypeCode('float32') }),
    ],
    ['TopK', 3, (b: GraphBuilder, p: string) => b.addMany('TopK', [p, b.ints([2])], 2)[0]!],
    ['Hardmax', 3, (b: GraphBuilder, p: string) => b.add('Hardmax', [p])],
    [
      'Greater',
      3,
      (b: GraphBuilder, p: string) =>
        b.add('Cast', [b.ops.Greater(p, b.scalar(0.5))], { to: elementTypeCode('float32') }),
    ],
  ])('%s', async (_title, classes, decide) => {
    const model = ending(classes, (b, z) => decide(b, probabilities(b, z)));
    const before = model.graph.nodes.find(({ op }) => op === 'Softmax')!;
    const refusal = await load(model).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UnsuitableModelError);
    expect(String(refusal)).toContain(`--output ${before.outputs[0]}`);
    const classifier = await load(model, { output: before.outputs[0]! });
    expect(classifier.scores).toMatchObject({ name: before.inputs[0], before: 'Softmax', width: 3 });
    expect((await classifier.predict(images(1, [1, 2, 3])))[0]!.scores).toHaveLength(3);
    await classifier.release();
  });
});

describe('of several outputs', () => {
  const withOutputs = (...names: string[]): Model => {
    const nodes = [
      node('Flatten', ['x'], ['flat']),
      node('MatMul', ['flat', 'w'], ['logits']),
      node('Softmax', ['logits'], ['probabilities']),
      node('ArgMax', ['probabilities'], ['label'], { attributes: { axis: { type: 'int', value: 1 } } }),
      node('MatMul', ['flat', 'v'], ['other']),
    ];
    const outputs = names.map((name) =>
      value(name, ['n', name === 'label' ? 1 : 3], name === 'label' ? 'int64' : 'float32'),
    );
    const initializers = new Map(['w', 'v'].map((name, i) => [name, weights([6, 3], i + 1)] as const));
    return modelOf({ name: 'g', inputs: [input], outputs, nodes, initializers, valueInfo: [] });
  };

  it.each([
    [['label', 'probabilities'], 'probabilities'],
    [['logits', 'probabilities'], 'probabilities'],
    [['probabilities', 'label', 'logits'], 'probabilities'],
    [['logits', 'label'], 'logits'],
  ])('%j the one with all that the others have is explained, and that is said', async (names, chosen) => {
    const classifier = await load(withOutputs(...names));
    expect(classifier.output).toBe(chosen);
    expect(classifier.scores.name).toBe('logits');
    expect(classifier.cautions).toEqual([expect.stringContaining(`"${chosen}" was explained`)]);
    await classifier.release();
  });

  it('one has to be named where they are different', async () => {
    await expect(load(withOutputs('logits', 'other'))).rejects.toThrow(
      /several outputs: logits, other\..*--output NAME/,
    );
  });
});

describe('mean and std of another range than the pixels', () => {
  const described = (settings: InputSettings) =>
    inputCautions(describeInput(value('x', ['n', 3, 8, 8]), settings)).join();
  const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const in255 = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

  it.each<readonly [string, InputSettings, RegExp]>([
    ['0 to 255 on pixels 0 to 1', in255, /of pixels 0 to 255.*--scale 1\./],
    ['a mean of 127.5 alone', { mean: 127.5 }, /of pixels 0 to 255/],
    ['a std of 255 alone', { std: 255 }, /of pixels 0 to 255/],
    ['0 to 1 on pixels 0 to 255', { scale: 1, ...imagenet }, /of pixels 0 to 1.*--scale 1\/255/],
    ['a std of 0.5 on pixels 0 to 255', { scale: 1, std: 0.5 }, /of pixels 0 to 1/],
    ['a scale of 255', { scale: 255, ...imagenet }, /of pixels 0 to 1/],
    ['a scale of 255 alone', { scale: 255 }, /divide by 255, give 1\/255/],
  ])('is noticed: %s', (_title, settings, says) => {
    expect(described(settings)).toMatch(says);
  });

  it.each<readonly [string, InputSettings]>([
    ['nothing given', {}],
    ["ImageNet's on pixels 0 to 1", imagenet],
    ["ImageNet's on pixels 0 to 255", { scale: 1, ...in255 }],
    ['a mean on pixels 0 to 255 (Caffe)', { scale: 1, mean: [103.939, 116.779, 123.68] }],
    ['-1 to 1', { mean: 0.5, std: 0.5 }],
    ['-1 to 1 from 0 to 255', { scale: 1, mean: 127.5, std: 127.5 }],
    ['-1 to 1 by a scale', { scale: 2 / 255, mean: 1 }],
    ['pixels as they are', { scale: 1 }],
    ['0 to 1 by std', { scale: 1, std: 255 }],
    ['MNIST', { mean: 0.1307, std: 0.3081 }],
    ['0 to 0.00392 with std to match', { scale: 1 / 255, mean: 0, std: 1 / 255 }],
  ])('is not suspected: %s', (_title, settings) => {
    expect(described(settings)).toBe('');
  });
});

describe('a prediction', () => {
  it('names all classes that share the largest score exactly', () => {
    expect(predictionOf(float32([3], [1, 4, 4]).data)).toMatchObject({ chosen: 1, tie: [1, 2] });
    expect(predictionOf(float32([1], [0]).data)).toMatchObject({ tie: [0, 1] });
    expect(predictionOf(float32([1], [0.5]).data, { probabilities: true })).toMatchObject({ tie: [0, 1] });
    expect(predictionOf(float32([3], [1, 4, 3]).data)).not.toHaveProperty('tie');
  });

  it('says that a probability of exactly 1 is explained', () => {
    expect(predictionOf(float32([2], [0, 1]).data, { probabilities: true })).toMatchObject({ saturated: true });
    expect(predictionOf(float32([1], [0]).data, { probabilities: true })).toMatchObject({ saturated: true });
    expect(predictionOf(float32([3], [0, 1, 0.2]).data)).toMatchObject({ saturated: true });
    for (const other of [
      [0, 0.999],
      [3, 1],
      [-1, 1],
    ]) {
      expect(predictionOf(float32([2], other).data)).not.toHaveProperty('saturated');
    }
  });
});
