import { describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import type { Method } from '../../src/attribution/method.ts';
import { checkMaps } from '../../src/faithfulness/checkMaps.ts';
import { concatRows, float32, rows, type Tensor } from '../../src/onnx/tensor.ts';
import { RunError } from '../../src/runtime/runtime.ts';
import { built, dense, images, load, value } from '../networks.ts';

/** The log of the pixels: NaN for an image with a negative one. */
const model = built(value('x', ['n', 1, 4, 4]), ['n', 3], (builder, x) =>
  dense(builder, builder.ops.Reshape(builder.ops.Log(x), builder.ints([0, -1])), 16, 3),
);
const bright = images(1, [1, 4, 4]).data.map((one) => Math.abs(one) + 0.1);
const good = float32([1, 1, 4, 4], bright);
const image = (change: number) =>
  float32(
    [1, 1, 4, 4],
    bright.map((one, i) => (i === 5 ? change : one)),
  );
const three = concatRows([good, image(-1), image(0.5)]);

describe('one image that cannot be explained', () => {
  it.each([
    ['has no score', image(-1), 'run', /The model gives NaN for image 2 of 3\./],
    ['has a pixel that is no number', image(Number.NaN), 'invalid-input', /Element 5 of image 2 of 3 is NaN/],
  ] as const)('because it %s is named, and the others are explained', async (_why, bad, tag, message) => {
    const classifier = await load(model);
    const all = concatRows([good, bad, image(0.5)]);
    const leftOut: { readonly place: number; readonly tag: string; readonly message: string }[] = [];
    const found = await explain(classifier, all, [saliency()], {
      onImageLeftOut: (place, reason) => leftOut.push({ place, tag: reason.tag, message: reason.message }),
    });
    expect(leftOut).toEqual([{ place: 1, tag, message: expect.stringMatching(message) }]);
    expect(found.map((one) => one.image)).toEqual([0, 2]);
    const [alone] = await explain(classifier, rows(all, 2, 3), [saliency()]);
    expect(found[1]?.maps[0]?.values).toEqual(alone?.maps[0]?.values);
    await expect(explain(classifier, all, [saliency()])).rejects.toThrow(message);
    await classifier.release();
  });

  it('leaves nothing where it is the only one', async () => {
    const classifier = await load(model);
    expect(await explain(classifier, image(-1), [saliency()], { onImageLeftOut: () => {} })).toEqual([]);
    await expect(explain(classifier, image(-1), [saliency()])).rejects.toMatchObject({ tag: 'run' });
    await classifier.release();
  });

  it('has a note, not an error, from the explainer itself', async () => {
    const classifier = await load(model);
    const explainer = await saliency().compile(classifier);
    const { scores, notes } = await explainer.attribute(three, [0, 1, 2]);
    expect(Array.from(scores, Number.isNaN)).toEqual([false, true, false]);
    expect(notes).toEqual([expect.stringMatching(/^Image 2 of 3: The explained score .* not a finite number/)]);
    await explainer.release();
    await classifier.release();
  });
});

/** Saliency, which fails for images with a pixel below 0.2 or when it is given several; as a runtime out of memory may. */
function failing(forSingle: (pixels: Tensor<'float32'>) => boolean): Method {
  const method = saliency();
  return {
    ...method,
    id: 'failing',
    async compile(classifier) {
      const explainer = await method.compile(classifier);
      return {
        attribute(pixels, targets) {
          if (targets.length > 1 || forSingle(pixels)) return Promise.reject(new RunError('out of memory'));
          return explainer.attribute(pixels, targets);
        },
        release: () => explainer.release(),
      };
    },
  };
}

describe('a method that fails while it runs', () => {
  const two = concatRows([good, image(0.01)]);

  it('for all images together goes one by one, and is left out for those it fails for', async () => {
    const classifier = await load(model);
    const refused: unknown[] = [];
    const found = await explain(classifier, two, [failing(({ data }) => data[5]! < 0.2), inputXGradient()], {
      onRefused: (method, reason, place) => refused.push([method.id, reason.message, place]),
    });
    expect(refused).toEqual([['failing', 'out of memory', 1]]);
    expect(found.map(({ maps }) => maps.map(({ method }) => method.id))).toEqual([
      ['failing', 'input-x-gradient'],
      ['input-x-gradient'],
    ]);
    const checked = await checkMaps(classifier, [rows(two, 0, 1), rows(two, 1, 2)], found);
    const whole = await checkMaps(classifier, [rows(two, 1, 2)], [{ ...found[1]!, image: 0 }], { seed: 1 });
    expect(checked[1]?.maps[0]?.checks).toEqual(whole[0]?.maps[0]?.checks);
    await classifier.release();
  });

  it('for every image is left out, and the other methods are not', async () => {
    const classifier = await load(model);
    const refused: unknown[] = [];
    const found = await explain(classifier, two, [failing(() => true), inputXGradient()], {
      onRefused: (method, _reason, place) => refused.push([method.id, place]),
    });
    expect(refused).toEqual([['failing', undefined]]);
    expect(found.map(({ maps }) => maps.length)).toEqual([1, 1]);
    await expect(explain(classifier, two, [failing(() => true)])).rejects.toMatchObject({ tag: 'run' });
    await classifier.release();
  });
});
