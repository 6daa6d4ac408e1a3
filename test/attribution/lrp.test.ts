import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lrpEpsilonPlus, relevanceMethods } from '../../src/attribution/relevance/lrp.ts';
import { conservation, kept } from '../../src/faithfulness/conservation.ts';
import { methodKind } from '../../src/methods.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { noiseImages } from '../../src/model/pixels.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { recordingRuntime } from '../runtime/recordingRuntime.ts';
import { cpu } from '../runtimes.ts';
import { relativeDifference } from './referenceClassifier.ts';

interface ForeignModel {
  readonly name: string;
  readonly path: string;
  readonly input?: InputSettings;
  /** What only attn-lrp has rules for. */
  readonly refused?: string;
}

const own = (name: string) => new URL(`../reference/${name}.onnx`, import.meta.url).pathname;
const shared = (name: string) => new URL(`../../../shared/models/${name}/model.onnx`, import.meta.url).pathname;

const models: readonly ForeignModel[] = [
  { name: 'sigmoid_mlp', path: own('sigmoid_mlp') },
  { name: 'avg_tanh', path: own('avg_tanh') },
  { name: 'resnet_mini', path: own('resnet_mini') },
  { name: 'mobile_mini', path: own('mobile_mini') },
  { name: 'vit_mini', path: own('vit_mini'), refused: 'Softmax' },
  {
    name: 'squeezenet11-fp32-derived',
    path: shared('squeezenet11-fp32-derived'),
    input: { scale: 1, order: 'BGR', mean: [104, 117, 123] },
  },
  { name: 'mnist-8-cntk', path: shared('mnist-8-cntk'), input: { scale: 1 } },
  { name: 'ppocr-cls-paddle', path: shared('ppocr-cls-paddle'), input: { size: [48, 192], mean: 0.5, std: 0.5 } },
  { name: 'cifar10-torch-wml', path: shared('cifar10-torch-wml'), input: { mean: 0.5, std: 0.5 } },
  { name: 'mnist-torch2-bn', path: shared('mnist-torch2-bn'), input: { mean: 0.1307, std: 0.3081 } },
  { name: 'mnist01-dianna-torch', path: shared('mnist01-dianna-torch'), input: { scale: 1 } },
];

const load = ({ path, input }: ForeignModel, runtime = cpu): Promise<Classifier> =>
  loadClassifier(readFileSync(path), { runtime, ...(input ? { input } : {}) });

for (const model of models) {
  const reason = existsSync(model.path) ? '' : ' (skipped: no ../shared/models)';
  describe.skipIf(reason !== '')(`relevance of ${model.name}${reason}`, () => {
    let classifier: Classifier;
    beforeAll(async () => {
      classifier = await load(model);
    });
    afterAll(() => classifier.release());

    it.each(relevanceMethods.map((kind) => ({ id: kind.id, kind })))(
      '$id: finite, and every part of the score found or booked; or refused by operator',
      async ({ kind }) => {
        const images = noiseImages(classifier.input, 2);
        const compiled = kind.create({}).compile(classifier);
        if (model.refused !== undefined && kind.id !== 'attn-lrp') {
          await expect(compiled).rejects.toThrow(`${model.refused} (the composite has no rule for it)`);
          return;
        }
        const explainer = await compiled;
        const targets = (await classifier.predict(images)).map(({ chosen }) => chosen);
        const { values, scores, relevanceByLayer } = await explainer.attribute(images, targets);
        expect(values.dims).toEqual(images.dims);
        expect(values.data.every(Number.isFinite)).toBe(true);
        for (const image of targets.keys()) {
          const size = values.data.length / targets.length;
          const map = values.data.subarray(image * size, (image + 1) * size);
          const layers = relevanceByLayer![image]!;
          expect(layers.length).toBeGreaterThan(0);
          const inLayers = layers.reduce((sum, layer) => sum + kept(layer), 0);
          const largest = Math.max(...layers.flatMap(({ received, passed }) => [Math.abs(received), Math.abs(passed)]));
          const { sum, score } = conservation(map, scores[image]!, layers);
          expect(Math.abs(score - sum - inLayers)).toBeLessThan(1e-3 * largest);
        }
        await explainer.release();
      },
    );
  });
}

describe('relevance', () => {
  const lenet = { name: 'lenet', path: own('lenet') };

  it('of one class against another is the difference of theirs', async () => {
    const classifier = await load(lenet);
    const images = noiseImages(classifier.input, 1);
    const explainer = await lrpEpsilonPlus.create({}).compile(classifier);
    const map = async (target: Parameters<typeof explainer.attribute>[1][number]) =>
      (await explainer.attribute(images, [target])).values.data;
    const [one, other, both] = [await map(3), await map(5), await map({ for: 3, against: 5 })];
    expect(
      relativeDifference(
        both,
        one.map((value, i) => value - other[i]!),
      ),
    ).toBeLessThan(1e-5);
    await explainer.release();
    await classifier.release();
  });

  it('of an image does not depend on the others of its batch', async () => {
    const classifier = await load({ name: 'vit_mini', path: own('vit_mini') });
    const images = noiseImages(classifier.input, 3);
    const explainer = await methodKind('attn-lrp').create({}).compile(classifier);
    const together = await explainer.attribute(images, [1, 2, 3]);
    const size = images.data.length / 3;
    const alone = await explainer.attribute(
      { ...images, dims: [1, ...images.dims.slice(1)], data: images.data.slice(size, 2 * size) },
      [2],
    );
    expect(relativeDifference(together.values.data.slice(size, 2 * size), alone.values.data)).toBeLessThan(1e-3);
    expect(alone.relevanceByLayer![0]!.map(({ layer }) => layer)).toEqual(
      together.relevanceByLayer![1]!.map(({ layer }) => layer),
    );
    await explainer.release();
    await classifier.release();
  });

  it.each([
    ['sigmoid_mlp', 'Sigmoid'],
    ['avg_tanh', 'Tanh, LeakyRelu'],
    ['lenet', 'positive ones'],
  ])('deep Taylor decomposition of %s says that its derivation does not hold: %s', async (name, words) => {
    const classifier = await load({ name, path: own(name) });
    const explainer = await methodKind('deep-taylor').create({}).compile(classifier);
    const { notes } = await explainer.attribute(noiseImages(classifier.input, 1), [0]);
    expect(notes?.join(' ')).toContain(words);
    await explainer.release();
    await classifier.release();
  });

  it('deep Taylor decomposition gives a positive score no negative parts', async () => {
    const classifier = await load(lenet);
    const explainer = await methodKind('deep-taylor').create({}).compile(classifier);
    const images = noiseImages(classifier.input, 4);
    const targets = (await classifier.predict(images)).map(({ chosen }) => chosen);
    const { values, scores } = await explainer.attribute(images, targets);
    expect(scores.every((score) => score > 0)).toBe(true);
    expect(Math.min(...values.data)).toBeGreaterThanOrEqual(0);
    await explainer.release();
    await classifier.release();
  });

  it('takes settings, and refuses those out of range', async () => {
    expect(methodKind('lrp-epsilon-gamma-box').create({ gamma: 0.5 }).settings).toEqual({ epsilon: 1e-6, gamma: 0.5 });
    expect(() => methodKind('lrp-epsilon-plus').create({ epsilon: -1 })).toThrow('epsilon');
  });
});

for (const model of [
  ...models.filter(({ name }) => name.startsWith('squeezenet')),
  { name: 'lenet', path: own('lenet') },
]) {
  const reason = existsSync(model.path) ? '' : ' (skipped: no ../shared/models)';
  it.skipIf(reason !== '')(
    `an epsilon-plus map of ${model.name} takes at most 4 forward passes’ products${reason}`,
    async () => {
      const recording = recordingRuntime();
      const classifier = await load(model, recording.runtime);
      const explainer = await lrpEpsilonPlus.create({}).compile(classifier);
      const products = ({ graph }: Model) =>
        graph.nodes.filter(({ op }) => /^(Conv|ConvTranspose|MatMul|Gemm)$/.test(op)).length;
      expect(products(recording.models.at(-1)!) / products(classifier.model)).toBeLessThan(4);
      await explainer.release();
      await classifier.release();
    },
  );
}
