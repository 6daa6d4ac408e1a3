import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { float32, rows, type Tensor } from '../../../src/onnx/tensor.ts';
import { ascend } from '../../../src/studies/maximization/ascend.ts';
import { maximize } from '../../../src/studies/maximization/maximize.ts';
import { built, dense, images, load, value, weights } from '../../networks.ts';
import { runtimes } from '../../runtimes.ts';

/** 6 x 6 pixels through a convolution of three 5 x 5 filters, a sigmoid and max pooling over its 2 x 2 places. */
const filters = weights([3, 1, 5, 5]);
const model = built(value('image', ['n', 1, 6, 6]), ['n', 2], (b, x) => {
  const conv = b.add('Conv', [x, b.constant(filters)], {});
  const pooled = b.add('MaxPool', [b.ops.Sigmoid(conv)], { kernel_shape: [2, 2] });
  return dense(b, b.add('Flatten', [pooled]), 3, 2);
});
const layerOf = (op: string, of = model) => of.graph.nodes.find((node) => node.op === op)!.outputs[0]!;
const pool = layerOf('MaxPool');

const some = images(40, [1, 6, 6]);
const dataset: Tensor<'float32'> = float32(
  some.dims,
  some.data.map((number) => (number + 1) / 2),
);

/** What the image's best place gives, before the sigmoid. */
function response(image: ArrayLike<number>, unit: number): number {
  const places = [0, 1].flatMap((down) =>
    [0, 1].map((across) => {
      let sum = 0;
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 5; x++) sum += filters.data[(unit * 5 + y) * 5 + x]! * image[(y + down) * 6 + x + across]!;
      }
      return sum;
    }),
  );
  return Math.max(...places);
}

/** The most an image of brightness 0 to 1 can give: every positive weight at 1. */
const most = (unit: number) =>
  filters.data.subarray(unit * 25, (unit + 1) * 25).reduce((sum, weight) => sum + Math.max(0, weight), 0);

describe.each(runtimes)('maximisation on $name', ({ runtime }) => {
  let classifier: Classifier;
  beforeAll(async () => {
    classifier = await load(model, { runtime });
  });
  afterAll(() => classifier.release());

  it('finds the image that a convolution responds to most, where nothing holds it back', async () => {
    const { units, before } = await maximize(classifier, pool, {
      ascent: { l2: 0, tv: 0, jitter: 0, steps: 60, starts: 3 },
      images: [rows(dataset, 0, 30), rows(dataset, 30, 40)],
      samples: 10,
    });
    expect(before).toBe('Sigmoid');
    for (const { unit, ascent } of units) {
      // A weight next to zero hardly moves its pixel.
      expect(response(ascent.image.data, unit) / most(unit)).toBeGreaterThan(0.995);
      expect(ascent.value).toBeCloseTo(response(ascent.image.data, unit), 4);
      expect(ascent.output).toBeCloseTo(1 / (1 + Math.exp(-ascent.value)), 5);
    }
  });

  it('says which image of a set a unit responds to most, and takes the mean gradient there', async () => {
    const { units, images: count } = await maximize(classifier, pool, {
      units: [2, 0],
      ascent: { steps: 2, starts: 1 },
      images: [rows(dataset, 0, 30), rows(dataset, 30, 40)],
      samples: 5,
      noise: 0,
    });
    expect(count).toBe(40);
    expect(units.map(({ unit }) => unit)).toEqual([2, 0]);
    for (const { unit, best, smoothGrad } of units) {
      const responses = Array.from({ length: 40 }, (_, i) => response(rows(dataset, i, i + 1).data, unit));
      expect(best!.index).toBe(responses.indexOf(Math.max(...responses)));
      expect(best!.value).toBeCloseTo(Math.max(...responses), 5);
      // Without noise the gradient is the filter, at the place that won.
      const filter = filters.data.subarray(unit * 25, (unit + 1) * 25);
      const found = Array.from(smoothGrad.map.data).filter((number) => number !== 0);
      expect(found.map((number) => number.toFixed(5))).toEqual(Array.from(filter, (number) => number.toFixed(5)));
    }
  });
});

describe('gradient ascent', () => {
  it('follows its formula', async () => {
    const classifier = await load(
      built(value('image', ['n', 1, 3, 2]), ['n', 2], (b, x) => dense(b, b.add('Flatten', [x]), 6, 2)),
    );
    const settings = { steps: 5, rate: 0.05, l2: 0.4, tv: 0.2, jitter: 0, starts: 1, base: 0.3, seed: 2 };
    const [start] = [await ascend(classifier, [1], { ...settings, steps: 1, rate: 0 })];
    const gradient = Array.from({ length: 6 }, (_, i) => weights([6, 2]).data[2 * i + 1]!);
    const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / 6);
    let pixels = Array.from(start!.data);
    const slope = (difference: number) => difference / Math.sqrt(difference ** 2 + 1e-4);
    for (let step = 0; step < settings.steps; step++) {
      const rate = (settings.rate * (1 + Math.cos((Math.PI * step) / settings.steps))) / 2;
      pixels = pixels.map((own, i) => {
        const [y, x] = [Math.floor(i / 2), i % 2];
        const neighbours = [
          ...(y > 0 ? [i - 2] : []),
          ...(y < 2 ? [i + 2] : []),
          ...(x > 0 ? [i - 1] : []),
          ...(x < 1 ? [i + 1] : []),
        ];
        const variation = neighbours.reduce((sum, other) => sum + slope(own - pixels[other]!), 0);
        const change = gradient[i]! / size - settings.l2 * (own - settings.base) - settings.tv * variation;
        return Math.min(1, Math.max(0, own + rate * change));
      });
    }
    const found = await ascend(classifier, [1], settings);
    for (const [i, pixel] of pixels.entries()) expect(found.data[i]).toBeCloseTo(pixel, 5);
    await classifier.release();
  });

  it('moves the image by the jitter and back: a unit of all pixels alike sees no difference', async () => {
    const classifier = await load(
      built(value('image', ['n', 1, 4, 5]), ['n', 2], (b, x) => {
        const brightness = b.add('ReduceMean', [x, b.ints([1, 2, 3])], { keepdims: 1 });
        return dense(b, b.add('Flatten', [brightness]), 1, 2);
      }),
    );
    const still = await ascend(classifier, [0], { steps: 9, jitter: 0, starts: 1 });
    const moved = await ascend(classifier, [0], { steps: 9, jitter: 3, starts: 1 });
    expect([...moved.data].map((v) => v.toFixed(5))).toEqual([...still.data].map((v) => v.toFixed(5)));
    await classifier.release();
  });

  it('takes brightness through scale, mean and std of the input', async () => {
    const classifier = await load(model, { input: { scale: 1, mean: 100, std: 50 } });
    const { units } = await maximize(classifier, pool, {
      ascent: { l2: 0, tv: 0, jitter: 0, steps: 60 },
      units: [1],
      samples: 1,
    });
    const [{ ascent }] = units as [(typeof units)[0]];
    expect(Math.min(...ascent.image.data)).toBe(-2);
    expect(Math.max(...ascent.image.data)).toBeCloseTo(3.1, 5);
    await classifier.release();
  });

  it('gives the same bytes for the same seed, others for another', async () => {
    const classifier = await load(model);
    const of = async (seed: number) => (await ascend(classifier, [0], { seed, steps: 5, starts: 2 })).data;
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
    await classifier.release();
  });

  it('refuses a layer and a unit that are not there', async () => {
    const classifier = await load(model);
    await expect(maximize(classifier, 'pool9')).rejects.toThrow('There is no layer "pool9"');
    await expect(maximize(classifier, pool, { units: [0, 3] })).rejects.toThrow('has 3, 0 to 2.');
    await classifier.release();
  });
});
