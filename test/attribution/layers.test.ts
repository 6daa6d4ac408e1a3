import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attribution } from '../../src/attribution/explainer.ts';
import { guidedBackprop } from '../../src/attribution/gradient/guidedBackprop.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { guidedGradCam } from '../../src/attribution/layers/guidedGradCam.ts';
import { layerActivationXGradient } from '../../src/attribution/layers/layerActivationXGradient.ts';
import { layerConductance } from '../../src/attribution/layers/layerConductance.ts';
import type { Method } from '../../src/attribution/method.ts';
import { unitTarget } from '../../src/attribution/unitScores.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { withBatchSize } from '../../src/model/makeClassifier.ts';
import type { Target } from '../../src/model/target.ts';
import { float32, rows, type Tensor } from '../../src/onnx/tensor.ts';
import { cpu } from '../runtimes.ts';
import { readReference } from './referenceData.ts';

const reference = readReference('lenet');
const lastConvolution = '/f/f.3/Conv_output_0';
let classifier: Classifier;
beforeAll(async () => {
  classifier = await loadClassifier(reference.bytes, { runtime: cpu });
});
afterAll(() => classifier.release());

async function attribute(
  method: Method,
  { of = classifier, images = reference.images, targets = reference.targets as readonly Target[] } = {},
): Promise<Attribution> {
  const explainer = await method.compile(of);
  const attribution = await explainer.attribute(images, targets);
  await explainer.release();
  return attribution;
}

describe('a unit of a layer in place of a class', () => {
  it('is, for the layer of the class scores, the class itself', async () => {
    const unit = unitTarget(classifier, 'logits', 3);
    const asUnit = await attribute(saliency(), { of: unit.classifier, targets: [3, 3, 3, 3] });
    const asClass = await attribute(saliency(), { targets: [3, 3, 3, 3] });
    expect(asUnit.values.data).toEqual(asClass.values.data);
    await unit.classifier.release();
  });

  it('is, for a convolution, a channel summed over its positions', async () => {
    const { classifier: units, target } = unitTarget(classifier, lastConvolution, 5);
    const image = rows(reference.images, 0, 1);
    const { values, completeness, scores } = await attribute(integratedGradients({ steps: 200 }), {
      of: units,
      images: image,
      targets: [target],
    });
    expect(completeness?.[0]?.gap).toBeLessThan(0.02);
    // One pixel more or less: the score's finite difference is the map of saliency.
    const at = 14 * 28 + 14;
    const moved = (by: number): Tensor<'float32'> =>
      float32(
        image.dims,
        image.data.map((value, i) => (i === at ? value + by : value)),
      );
    const score = async (of: Tensor<'float32'>) => (await units.scoresOf(of)).data[5]!;
    const slope = ((await score(moved(1e-2))) - (await score(moved(-1e-2)))) / 2e-2;
    const gradient = await attribute(saliency(), { of: units, images: image, targets: [target] });
    expect(gradient.values.data[at]).toBeCloseTo(slope, 3);
    expect(scores[0]).toBeCloseTo(await score(image), 4);
    expect(values.dims).toEqual([1, 1, 28, 28]);
    await units.release();
  });

  it('refuses a layer that is not there, with near names, and a unit out of range', () => {
    expect(() => unitTarget(classifier, '/f/f.3/Conv_outptu_0', 0)).toThrow(
      /no layer "\/f\/f\.3\/Conv_outptu_0".*near: .*\/f\/f\.3\/Conv_output_0/s,
    );
    expect(() => unitTarget(classifier, lastConvolution, 16)).toThrow(/no unit 16: .* has 16, 0 to 15/);
  });
});

describe('maps of a layer', () => {
  it('have its shape, or one channel for Grad-CAM, and say of what they are', async () => {
    const shapes = await Promise.all(
      [gradCam(), layerConductance({ steps: 4 }), layerActivationXGradient()].map(async (method) => {
        const { values, layer } = await attribute(method);
        return { dims: values.dims, layer };
      }),
    );
    expect(shapes).toEqual([
      { dims: [4, 1, 8, 8], layer: lastConvolution },
      { dims: [4, 16, 8, 8], layer: lastConvolution },
      { dims: [4, 16, 8, 8], layer: lastConvolution },
    ]);
  });

  it('Grad-CAM, written out from activations and gradients', async () => {
    const outputs = [{ name: lastConvolution, type: undefined, dims: undefined }];
    const session = await cpu.createSession({ ...classifier.model, graph: { ...classifier.model.graph, outputs } });
    const activations = (await session.run({ input: reference.images }))[lastConvolution]!.data as Float32Array;
    await session.release();
    const products = (await attribute(layerActivationXGradient())).values.data;
    const cam = (await attribute(gradCam())).values.data;
    const expected = cam.map((_, i) => {
      const [image, position] = [Math.floor(i / 64), i % 64];
      let sum = 0;
      for (let channel = 0; channel < 16; channel++) {
        const start = (image * 16 + channel) * 64;
        let meanGradient = 0;
        for (let p = start; p < start + 64; p++) meanGradient += products[p]! / activations[p]! / 64;
        sum += activations[start + position]! * meanGradient;
      }
      return sum;
    });
    const largest = Math.max(...expected.map(Math.abs));
    expect(Math.max(...cam.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4 * largest);
  });

  it('Guided Grad-CAM is guided backpropagation where the stretched Grad-CAM is positive, times it', async () => {
    const [guided, cam, both] = [
      await attribute(guidedBackprop()),
      await attribute(gradCam()),
      await attribute(guidedGradCam()),
    ];
    const expected = guided.values.data.map((value, i) => {
      const [image, y, x] = [Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28];
      const cell = Math.floor((y * 8) / 28) * 8 + Math.floor((x * 8) / 28);
      return value * Math.max(0, cam.values.data[image * 64 + cell]!);
    });
    const largest = Math.max(...expected.map(Math.abs));
    expect(Math.max(...both.values.data.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(
      1e-5 * largest,
    );
  });

  it('conductance does not depend on how the path is cut into runs', async () => {
    const whole = await attribute(layerConductance({ steps: 20 }));
    const inParts = await attribute(layerConductance({ steps: 20 }), { of: withBatchSize(classifier, 3) });
    const largest = Math.max(...whole.values.data.map(Math.abs));
    const difference = Math.max(...whole.values.data.map((value, i) => Math.abs(value - inParts.values.data[i]!)));
    expect(difference).toBeLessThan(1e-5 * largest);
  });

  it('refuses what has no positions or no convolution', async () => {
    await expect(async () => gradCam({ layer: 'logits' }).compile(classifier)).rejects.toThrow(
      /\[10\].*needs positions/,
    );
    const dense = await loadClassifier(readReference('sigmoid_mlp').bytes, { runtime: cpu });
    await expect(async () => layerConductance().compile(dense)).rejects.toThrow(/no convolution.*--layer/);
    await dense.release();
  });
});
