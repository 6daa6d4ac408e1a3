import { describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { methodKinds } from '../../src/methods.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import type { Model, ValueInfo } from '../../src/onnx/graph.ts';
import { built, dense, images, load, value, weights } from '../networks.ts';

/** softplus(x W1) W2 of a table's row: three scores. */
function mlp(dims: NonNullable<ValueInfo['dims']>, features: number): Model {
  return built(value('row', dims), ['n', 3], (b, x) => {
    const flat = b.ops.Reshape(x, b.ints([-1, features]));
    return dense(b, b.add('Softplus', [dense(b, flat, features, 6)]), 6, 3);
  });
}

/** A convolution along one dimension, the mean of its positions, three scores; as [n, c, l] or, with an axis more, [n, c, 1, l]. */
function convolution(dims: NonNullable<ValueInfo['dims']>, channels: number): Model {
  const isFlat = dims.length === 3;
  return built(value('wave', dims), ['n', 3], (b, x) => {
    const kernel = b.constant(weights(isFlat ? [4, channels, 3] : [4, channels, 1, 3]), 'kernel');
    const convolved = b.add('Conv', [x, kernel], isFlat ? { pads: [1, 1] } : { pads: [0, 1, 0, 1] });
    const active = b.add('Softplus', [convolved]);
    const axes = b.ints(isFlat ? [2] : [2, 3]);
    return dense(b, b.add('ReduceMean', [active, axes], { keepdims: 0 }), 4, 3);
  });
}

interface Pair {
  readonly title: string;
  readonly own: Model;
  readonly settings: InputSettings;
  readonly twin: Model;
  readonly image: readonly number[];
}

const pairs: readonly Pair[] = [
  { title: 'a table', own: mlp(['n', 5], 5), settings: {}, twin: mlp(['n', 1, 1, 5], 5), image: [1, 1, 5] },
  { title: 'a table of one row', own: mlp([1, 5], 5), settings: {}, twin: mlp(['n', 1, 1, 5], 5), image: [1, 1, 5] },
  {
    title: 'a signal',
    own: convolution(['n', 2, 64], 2),
    settings: {},
    twin: convolution(['n', 2, 1, 64], 2),
    image: [2, 1, 64],
  },
];

/** As a share of a map's largest value; relevance divides by sums that a kernel of one dimension adds up otherwise. */
const sumsInAnotherOrder = 1e-3;

const ofLayers = ['grad-cam', 'guided-grad-cam', 'layer-conductance', 'layer-activation-x-gradient'];

/** A wave with its channels last, turned before it is convolved; the mean of its positions. */
function channelsLast(length: number, channels: number, weightsOf = channels): Model {
  return built(value('wave', ['n', length, channels]), ['n', 4], (b, x) => {
    const kernel = b.constant(weights([4, weightsOf, 3]), 'kernel');
    const turned = b.add('Transpose', [x], { perm: [0, 2, 1] });
    return b.add('ReduceMean', [b.add('Conv', [turned, kernel], {}), b.ints([2])], { keepdims: 0 });
  });
}

describe('channels of a signal', () => {
  it.each([
    [{}, 64, 1],
    [{}, 64, 12],
    [{}, 20, 40],
  ])('are last where the first convolution reads so many: %j %i x %i', async (input, length, channels) => {
    const classifier = await load(channelsLast(length, channels), { input });
    expect(classifier.input).toMatchObject({ layout: 'NHWC', channels, width: length, height: 1 });
    expect(classifier.input.numbers?.features).toHaveLength(channels);
    const [found] = await explain(
      classifier,
      images(1, [1, length, channels]),
      methodKinds.slice(0, 1).map((each) => each.create({})),
    );
    expect(found!.maps[0]!.values.dims).toEqual([1, 1, length, channels]);
    await classifier.release();
  });

  it('are last where only the last dimension can be channels, whatever comes first in the model', async () => {
    const summed = built(value('wave', ['n', 50, 1]), ['n', 3], (b, x) =>
      dense(b, b.ops.Reshape(x, b.ints([-1, 50])), 50, 3),
    );
    const classifier = await load(summed);
    expect(classifier.input).toMatchObject({ channels: 1, width: 50 });
    expect(classifier.cautions.join()).toContain('a signal of one channel, 50 values each');
    await classifier.release();
  });
});

describe('signals and tables', () => {
  it.each(pairs)('$title is explained as the same model with four dimensions, by every method', async (pair) => {
    const { own, settings, twin, image } = pair;
    const kind = image[2] === 5 ? 'table' : 'signal';
    const [classifier, other] = [await load(own, { input: settings }), await load(twin, { input: { kind } })];
    expect(classifier.input).toEqual({ ...other.input, inFile: classifier.input.inFile });
    expect(classifier.input.numbers?.kind).toBe(kind);
    const batch = images(2, image);
    const methods = methodKinds.map((each) => each.create({}));
    const refused = new Set<string>();
    const onRefused = ({ id }: { readonly id: string }) => refused.add(id);
    const found = await explain(classifier, batch, methods, { onRefused });
    const expected = await explain(other, batch, methods, { onRefused: () => {} });
    // A perceptron has no layer with positions.
    expect([...refused]).toEqual([...(kind === 'table' ? ofLayers : []), 'noncontributing']);
    for (const [i, { maps }] of found.entries()) {
      expect(maps.length).toBe(methods.length - refused.size);
      for (const map of maps) {
        const twinMap = expected[i]!.maps.find(({ method }) => method.id === map.method.id)!;
        const scale = Math.max(1e-3, ...twinMap.values.data.map(Math.abs));
        map.values.data.forEach((number, at) => {
          expect(Math.abs(number - twinMap.values.data[at]!) / scale, map.method.id).toBeLessThan(sumsInAnotherOrder);
        });
      }
    }
    await classifier.release();
    await other.release();
  });
});
