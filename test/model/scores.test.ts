import { describe, expect, it } from 'vitest';
import { InvalidInputError, InvalidTargetError } from '../../src/model/errors.ts';
import { targetWeights } from '../../src/model/target.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { RunError } from '../../src/runtime/runtime.ts';
import { built, dense, images, load, value } from '../networks.ts';

const input = value('x', ['n', 1, 2, 3]);
const flat = (builder: GraphBuilder, x: string) => builder.add('Flatten', [x]);

/** A classifier whose scores for K classes end in something. */
const ending = (classes: number, end: (builder: GraphBuilder, scores: string) => string, dims = ['n', classes]) =>
  built(input, dims as (string | number)[], (builder, x) => end(builder, dense(builder, flat(builder, x), 6, classes)));

const asPicture = (builder: GraphBuilder, scores: string) => builder.ops.Unsqueeze(scores, builder.ints([2, 3]));

describe('the scores before a final', () => {
  it.each([
    { title: 'Softmax', model: ending(3, (b, s) => b.add('Softmax', [s], { axis: -1 })), before: 'Softmax' },
    { title: 'LogSoftmax', model: ending(3, (b, s) => b.add('LogSoftmax', [s], { axis: 1 })), before: 'LogSoftmax' },
    { title: 'Sigmoid of one logit', model: ending(1, (b, s) => b.ops.Sigmoid(s)), before: 'Sigmoid' },
    {
      title: 'Softmax over the channels of [N,K,1,1]',
      model: ending(3, (b, s) => b.add('Softmax', [asPicture(b, s)], { axis: 1 }), ['n', 3, 1, 1] as never),
      before: 'Softmax',
    },
    {
      title: 'Softmax with a Reshape after it',
      model: ending(3, (b, s) => b.ops.Reshape(b.add('Softmax', [asPicture(b, s)], { axis: 1 }), b.ints([0, 3]))),
      before: 'Softmax',
    },
  ])('$title are explained', async ({ model, before }) => {
    const classifier = await load(model);
    expect(classifier.scores).toMatchObject({ before });
    const maker = classifier.model.graph.nodes.find(({ op }) => op === before)!;
    expect(classifier.scores.name).toBe(maker.inputs[0]);
    // What they say is what the model says.
    const batch = images(4, [1, 2, 3]);
    const predictions = await classifier.predict(batch);
    const whole = await (await load(model, { explain: 'output' })).predict(batch);
    for (const [i, { probabilities, chosen }] of predictions.entries()) {
      expect(whole[i]!.chosen).toBe(chosen);
      for (const [k, p] of probabilities.entries()) expect(whole[i]!.probabilities[k]).toBeCloseTo(p, 6);
    }
  });

  it.each([
    {
      title: 'a Softmax over another axis',
      model: ending(3, (b, s) => b.add('Softmax', [asPicture(b, s)], { axis: 3 }), ['n', 3, 1, 1] as never),
    },
    {
      title: 'a Softmax whose classes are mixed after it',
      model: ending(3, (b, s) => dense(b, b.add('Softmax', [s]), 3, 3)),
    },
  ])('are not sought before $title', async ({ model }) => {
    const { scores } = await load(model);
    expect(scores).toMatchObject({ name: 'out', width: 3 });
    expect(scores).not.toHaveProperty('before');
  });
});

describe('one logit', () => {
  const model = ending(1, (b, s) => b.ops.Sigmoid(s));

  it('decides between two classes', async () => {
    const classifier = await load(model);
    expect(classifier.classCount).toBe(2);
    const batch = images(6, [1, 2, 3]);
    const logits = (await classifier.scoresOf(batch)).data;
    const predictions = await classifier.predict(batch);
    predictions.forEach(({ chosen, scores, probabilities }, i) => {
      const z = logits[i]!;
      expect(chosen).toBe(z > 0 ? 1 : 0);
      expect(scores).toEqual([-z, z]);
      expect(probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(-z)), 6);
    });
    expect(new Set(predictions.map(({ chosen }) => chosen)).size).toBe(2);
  });

  it('has targets of both signs, and a contrast is twice the logit', () => {
    expect([...targetWeights([1, 0, { for: 1, against: 0 }], 1)]).toEqual([1, -1, 2]);
    expect(() => targetWeights([2], 1)).toThrow(InvalidTargetError);
  });
});

it('targets weigh class scores; classes that are not there are refused', () => {
  expect([...targetWeights([2, { for: 0, against: 1 }], 3)]).toEqual([0, 0, 1, 1, -1, 0]);
  for (const wrong of [3, -1, 0.5, Number.NaN]) {
    expect(() => targetWeights([wrong], 3)).toThrow(/the model has 3, 0 to 2/);
  }
});

describe('inputs', () => {
  const model = ending(3, (b, s) => b.add('Softmax', [s]));

  it('that do not fit, or are no numbers, are refused', async () => {
    const classifier = await load(model);
    const wrongs = [
      float32([1, 1, 3, 2], new Float32Array(6)),
      float32([1, 3, 2, 3], new Float32Array(18)),
      float32([1, 2, 3], new Float32Array(6)),
      float32([1, 1, 2, 3], [0, 0, Number.NaN, 0, 0, 0]),
    ];
    for (const wrong of wrongs) await expect(classifier.predict(wrong)).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('for which the model gives NaN are an error, not a class', async () => {
    // Fine on pixels, which are 0 to 1 here.
    const classifier = await load(ending(3, (b, s) => b.ops.Log(b.ops.Add(s, b.scalar(10)))));
    const large = float32([1, 1, 2, 3], [1e3, 0, 0, 1e3, 0, 0]);
    await expect(classifier.predict(large)).rejects.toBeInstanceOf(RunError);
  });
});

it('more class names than classes are refused: they are of another model, or one is too many', async () => {
  const model = ending(3, (b, s) => b.add('Softmax', [s]));
  await expect(load(model, { input: { classes: ['a', 'b', 'c', 'd'] } })).rejects.toThrow(
    /4 class names.* has 3 classes/,
  );
  expect((await load(model, { input: { classes: ['a', 'b'] } })).input.classes).toEqual(['a', 'b']);
});
