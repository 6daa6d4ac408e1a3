import { describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { deepLift } from '../../src/attribution/gradient/deepLift.ts';
import { expectedGradients } from '../../src/attribution/gradient/expectedGradients.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { layerActivationXGradient } from '../../src/attribution/layers/layerActivationXGradient.ts';
import { layerConductance } from '../../src/attribution/layers/layerConductance.ts';
import type { Method } from '../../src/attribution/method.ts';
import { occlusion } from '../../src/attribution/perturbation/occlusion.ts';
import { checkMaps } from '../../src/faithfulness/checkMaps.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { concatRows, float32 } from '../../src/onnx/tensor.ts';
import { explainedImage } from '../../src/report/explanation/explainedView.ts';
import { built, load, value, weights } from '../networks.ts';

const size = 16;
/** Every third pixel is black, where the functions below are infinitely steep. */
const image = float32(
  [1, 1, 4, 4],
  Array.from({ length: size }, (_, i) => (i % 3 === 0 ? 0 : i / size)),
);
const black = [...image.data.keys()].filter((i) => image.data[i] === 0);

/** A function of each pixel, then a layer "units" of one channel, then three classes by positive weights. */
function steep(f: (builder: GraphBuilder, x: string) => string) {
  const model = built(value('x', ['n', 1, 4, 4]), ['n', 3], (builder, x) => {
    const { ops } = builder;
    builder.append({ op: 'Identity', domain: '', name: 'units', inputs: [x], outputs: ['units'], attributes: {} });
    const flat = ops.Reshape(f(builder, 'units'), builder.ints([0, -1]));
    const positive = weights([size, 3]).data.map((weight) => Math.abs(weight) + 0.1);
    return ops.MatMul(flat, builder.constant(float32([size, 3], positive)));
  });
  return load(model);
}

const functions: Readonly<Record<string, (builder: GraphBuilder, x: string) => string>> = {
  'a root': ({ ops }, x) => ops.Sqrt(x),
  'a fractional power': (builder, x) => builder.ops.Pow(x, builder.scalar(0.5)),
  'a root behind Relu': (builder, x) => builder.ops.Sqrt(builder.add('Relu', [x])),
  'x over its own root': (builder, x) => builder.ops.Mul(builder.ops.Sqrt(x), builder.ops.Sqrt(x)),
};

/** What is infinitely steep at a pixel that has not changed has added nothing: 0 there, a number everywhere. */
const methods: readonly Method[] = [
  integratedGradients(),
  expectedGradients({ baselines: float32([2, 1, 4, 4], new Float32Array(2 * size)) }),
  inputXGradient(),
  deepLift(),
  layerActivationXGradient({ layer: 'units' }),
  layerConductance({ steps: 200, layer: 'units' }),
];

describe.each(Object.entries(functions))('at pixels that are the baseline, under %s', (_name, f) => {
  it.each(methods.map((method) => ({ id: method.id, method })))(
    '$id has 0 there and a number everywhere',
    async ({ method }) => {
      const classifier = await steep(f);
      const explainer = await method.compile(classifier);
      const { values, completeness, notes = [] } = await explainer.attribute(image, [1]);
      expect(values.data.every(Number.isFinite)).toBe(true);
      for (const pixel of black) expect(values.data[pixel]).toBe(0);
      // The quadrature of 1 / sqrt(t) converges slowly; the mean of random draws of it, whose variance is infinite, slower still.
      const sampled = method.id === 'expected-gradients';
      for (const { gap } of completeness ?? []) expect(gap).toBeLessThan(sampled ? Number.POSITIVE_INFINITY : 0.05);
      expect(notes.join()).not.toContain('finite');
      await explainer.release();
      await classifier.release();
    },
  );
});

describe('maps that are no numbers', () => {
  const other = float32([1, 1, 4, 4], new Float32Array(size).fill(0.5));

  it('say so where the slope itself is asked for, of their own image only', async () => {
    const classifier = await steep(({ ops }, x) => ops.Sqrt(x));
    const images = concatRows([image, other]);
    const explainer = await saliency().compile(classifier);
    const { notes } = await explainer.attribute(images, [1, 1]);
    expect(notes).toEqual([expect.stringMatching(/^Image 1 of 2: 6 of the map's 16 values are not finite numbers/)]);
    await explainer.release();
    const [first, second] = await explain(classifier, images, [saliency()]);
    expect(first?.maps[0]?.notes).toEqual([expect.stringMatching(/^6 of the map's 16 values/)]);
    expect(second?.maps[0]?.notes).toBeUndefined();
    await classifier.release();
  });

  it('are not put to the test, and the report says why', async () => {
    const classifier = await steep(({ ops }, x) => ops.Sqrt(x));
    const [checked] = await checkMaps(classifier, [image], await explain(classifier, image, [saliency(), occlusion()]));
    const [slope, drops] = checked?.maps ?? [];
    expect([slope?.checks, slope?.unchecked]).toEqual([undefined, 'Some of its values are not finite numbers.']);
    expect([drops?.checks?.['parameter-randomisation'], drops?.unchecked]).toEqual([expect.any(Number), undefined]);
    const view = explainedImage(classifier, { name: 'x', image }, checked!, 0);
    expect(view.maps.map(({ unchecked }) => unchecked)).toEqual([slope?.unchecked, undefined]);
    await classifier.release();
  });

  it('say that it is the baseline that has no score', async () => {
    const classifier = await steep(({ ops }, x) => ops.Log(x));
    const explainer = await integratedGradients().compile(classifier);
    const { notes } = await explainer.attribute(other, [1]);
    expect(notes?.[0]).toMatch(/^The score of what the image is compared with is not a finite number/);
    await explainer.release();
    await classifier.release();
  });
});
