import { describe, expect, it } from 'vitest';
import { deconvolution } from '../../src/attribution/gradient/deconvolution.ts';
import { deepLift } from '../../src/attribution/gradient/deepLift.ts';
import { guidedBackprop } from '../../src/attribution/gradient/guidedBackprop.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { layerConductance } from '../../src/attribution/layers/layerConductance.ts';
import type { Method } from '../../src/attribution/method.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { cpu, runtimes } from '../runtimes.ts';
import { differenceByImage, readReference, referenceModels } from './referenceData.ts';

/**
 * Models whose file has batch norms folded into their convolutions; the reference looked at the last convolution before
 * its batch norm y = s x + b. Grad-CAM weights each channel with its mean gradient g / s, so that ours is theirs plus the
 * sum of g b / s over the channels: one number an image, the same at every position. Conductance does not change.
 */
const foldedBatchNorm: readonly string[] = ['resnet_mini', 'mobile_mini'];

/** Each image's map without its mean. */
function withoutMeans(values: Float32Array, images: number): Float32Array {
  const size = values.length / images;
  return values.map((value, i) => {
    const start = Math.floor(i / size) * size;
    return value - values.subarray(start, start + size).reduce((sum, other) => sum + other, 0) / size;
  });
}

/** Of a transformer the only convolution embeds the patches, which nobody would look at unasked. */
const embedding = '/pe/Conv_output_0';

/** max|ours - reference| <= tolerance x max|reference|: the references' own tolerances. */
const cases: readonly { readonly array: string; readonly method: Method; readonly tolerance: number }[] = [
  { array: 'guided_backprop', method: guidedBackprop(), tolerance: 1e-4 },
  { array: 'deconvolution', method: deconvolution(), tolerance: 1e-4 },
  { array: 'deep_lift', method: deepLift(), tolerance: 1e-4 },
];

/** Of the last convolution. */
const layerCases = (model: string): typeof cases => {
  const choice = model === 'vit_mini' ? { layer: embedding } : {};
  return [
    { array: 'grad_cam_last_conv', method: gradCam(choice), tolerance: 1e-4 },
    { array: 'layer_conductance_last_conv_50', method: layerConductance({ steps: 50, ...choice }), tolerance: 1e-3 },
  ];
};

describe.each(runtimes)('agreement with Captum on $name', ({ runtime }) => {
  describe.each(referenceModels)('%s', (model) => {
    const reference = readReference(model);
    const count = reference.targets.length;
    const available = [...cases, ...layerCases(model)].filter(({ array }) => reference.array(array) !== undefined);

    it.each(available)('$array', async ({ array, method, tolerance }) => {
      const classifier = await loadClassifier(reference.bytes, { runtime });
      const explainer = await method.compile(classifier);
      const { values } = await explainer.attribute(reference.images, reference.targets);
      const expected = reference.array(array)!;
      const differences =
        array === 'grad_cam_last_conv' && foldedBatchNorm.includes(model)
          ? differenceByImage(withoutMeans(values.data, count), withoutMeans(expected, count), count)
          : differenceByImage(values.data, expected, count);
      expect(Math.max(...differences)).toBeLessThan(tolerance);
      await explainer.release();
      await classifier.release();
    });
  });
});

describe('DeepLIFT with the max-pooling rule at every pooling', () => {
  it.each(['lenet_digits', 'conv_bn', 'resnet_mini'])('%s: the values sum to the score difference', async (model) => {
    const { bytes, images, targets } = readReference(model);
    const classifier = await loadClassifier(bytes, { runtime: cpu });
    const explainer = await deepLift({ baseline: 100, maxPooling: 'all' }).compile(classifier);
    const { completeness, notes } = await explainer.attribute(images, targets);
    for (const { gap } of completeness!) expect(gap).toBeLessThan(1e-3);
    expect(notes).toEqual([expect.stringMatching(/Max-pooling rule: \d MaxPool/)]);
    await explainer.release();
    await classifier.release();
  });
});

describe('which operators were treated', () => {
  it('says that a model without Relu gets the plain gradient', async () => {
    const { bytes, images, targets } = readReference('avg_tanh');
    const classifier = await loadClassifier(bytes, { runtime: cpu });
    const explainer = await guidedBackprop().compile(classifier);
    const { notes } = await explainer.attribute(images, targets);
    expect(notes).toEqual([
      'The model has no Relu, so this is the plain gradient. Left as they are: 1 Tanh, 1 LeakyRelu.',
    ]);
    await explainer.release();
    await classifier.release();
  });
});
