import { describe, expect, it } from 'vitest';
import { chosenLayer } from '../../src/attribution/layers/defaultLayer.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { guidedGradCam } from '../../src/attribution/layers/guidedGradCam.ts';
import { layerActivationXGradient } from '../../src/attribution/layers/layerActivationXGradient.ts';
import { layerConductance } from '../../src/attribution/layers/layerConductance.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { built, dense, images, load, value, weights } from '../networks.ts';
import { cpu } from '../runtimes.ts';
import { readReference } from './referenceData.ts';

/** Networks for images of 8 x 8 by what they are built of; the value that is expected is named by `mark`. */
type Network = (builder: GraphBuilder, x: string, mark: (value: string) => string) => string;

let expected = '';
const mark = (value: string) => {
  expected = value;
  return value;
};

let seed = 1;
function conv(b: GraphBuilder, x: string, from: number, to: number, size = 3): string {
  seed += 1;
  const kernel = b.constant(weights([to, from, size, size], seed));
  const pad = (size - 1) / 2;
  return b.add('Conv', [x, kernel], { pads: [pad, pad, pad, pad] });
}
const relu = (b: GraphBuilder, x: string) => b.add('Relu', [x]);
const halved = (b: GraphBuilder, x: string) => b.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
const pooled = (b: GraphBuilder, x: string) => b.add('GlobalAveragePool', [x]);
const head = (b: GraphBuilder, x: string, features: number) => dense(b, b.add('Flatten', [x]), features, 3);
const stem = (b: GraphBuilder, x: string) => halved(b, relu(b, conv(b, x, 1, 4)));

/** Weighs the channels by what a small network makes of their means. */
function squeezeExcite(b: GraphBuilder, x: string, channels: number): string {
  const inner = relu(b, conv(b, pooled(b, x), channels, 2, 1));
  return b.ops.Mul(x, b.ops.Sigmoid(conv(b, inner, 2, channels, 1)));
}

const networks: readonly (readonly [string, Network])[] = [
  [
    'convolution, ReLU, pooling, dense layer',
    (b, x, m) => head(b, halved(b, relu(b, m(conv(b, stem(b, x), 4, 6)))), 24),
  ],
  [
    'global pooling, then a convolution of 1 x 1 as the dense layer',
    (b, x, m) => b.add('Flatten', [conv(b, pooled(b, relu(b, m(conv(b, stem(b, x), 4, 6)))), 6, 3, 1)]),
  ],
  [
    'a convolution that gives each class a map, then global pooling',
    (b, x, m) => b.add('Flatten', [pooled(b, m(conv(b, stem(b, x), 4, 3, 1)))]),
  ],
  [
    'positions weighed by a matrix product',
    (b, x, m) => {
      const row = b.ops.Reshape(relu(b, m(conv(b, stem(b, x), 4, 4))), b.ints([0, 4, 16]));
      return head(b, b.ops.MatMul(row, b.constant(weights([16, 1], 8))), 4);
    },
  ],
  [
    'squeeze and excitation at the end',
    (b, x, m) => head(b, pooled(b, squeezeExcite(b, m(conv(b, stem(b, x), 4, 6)), 6)), 6),
  ],
  [
    'x sigmoid(x) as the activation',
    (b, x, m) => {
      const last = m(conv(b, stem(b, x), 4, 6));
      return head(b, pooled(b, b.ops.Mul(last, b.ops.Sigmoid(last))), 6);
    },
  ],
  ['sigmoids between the layers', (b, x, m) => head(b, halved(b, b.ops.Sigmoid(m(conv(b, stem(b, x), 4, 6)))), 24)],
  [
    'a residual block at the end',
    (b, x, m) => {
      const before = stem(b, x);
      return head(b, pooled(b, relu(b, b.ops.Add(before, m(conv(b, relu(b, conv(b, before, 4, 4)), 4, 4))))), 4);
    },
  ],
  [
    'attention over positions at the end: the gate is a convolution to one channel',
    (b, x, m) => {
      const features = relu(b, conv(b, stem(b, x), 4, 6));
      return head(b, pooled(b, m(b.ops.Mul(features, b.ops.Sigmoid(conv(b, features, 6, 1))))), 6);
    },
  ],
  [
    'attention over positions with a gate of all channels',
    (b, x, m) => {
      const features = relu(b, conv(b, stem(b, x), 4, 6));
      return head(b, pooled(b, m(b.ops.Mul(b.ops.Sigmoid(conv(b, features, 6, 6)), features))), 6);
    },
  ],
  [
    'dense blocks: the last convolution only adds some channels',
    (b, x, m) => {
      const first = stem(b, x);
      const second = b.add('Concat', [first, conv(b, relu(b, first), 4, 2)], { axis: 1 });
      const third = b.add('Concat', [second, conv(b, relu(b, second), 6, 2)], { axis: 1 });
      return head(b, pooled(b, m(relu(b, third))), 8);
    },
  ],
  [
    'branches side by side',
    (b, x, m) => {
      const first = stem(b, x);
      const branches = [conv(b, first, 4, 2, 1), conv(b, first, 4, 3)].map((each) => relu(b, each));
      return head(b, pooled(b, m(b.add('Concat', branches, { axis: 1 }))), 5);
    },
  ],
  [
    'two scales, each pooled: the later convolution',
    (b, x, m) => {
      const early = stem(b, x);
      const late = relu(b, m(conv(b, halved(b, early), 4, 6)));
      return head(b, b.add('Concat', [pooled(b, early), pooled(b, late)], { axis: 1 }), 10);
    },
  ],
  [
    'means over rows and columns of a map turned channels last',
    (b, x, m) => {
      const turned = b.add('Transpose', [relu(b, m(conv(b, stem(b, x), 4, 6)))], { perm: [0, 2, 3, 1] });
      return dense(b, b.add('ReduceMean', [turned, b.ints([1, 2])], { keepdims: 0 }), 6, 3);
    },
  ],
];

const width = 6;
const linear = (b: GraphBuilder, x: string) => {
  seed += 1;
  return b.ops.MatMul(x, b.constant(weights([width, width], seed)));
};
/** x + attention(x), then x + a dense layer of each token. */
function block(b: GraphBuilder, x: string): string {
  const keys = b.add('Transpose', [linear(b, x)], { perm: [0, 2, 1] });
  const attention = b.add('Softmax', [b.ops.MatMul(linear(b, x), keys)], { axis: -1 });
  const mixed = b.ops.Add(x, linear(b, b.ops.MatMul(attention, linear(b, x))));
  return b.ops.Add(mixed, relu(b, linear(b, mixed)));
}
/** Patches of 2 x 2 pixels as tokens [n, 16, width]. */
function patches(b: GraphBuilder, x: string): string {
  const kernel = b.constant(weights([width, 1, 2, 2], 5));
  const embedded = b.add('Conv', [x, kernel], { strides: [2, 2], kernel_shape: [2, 2] });
  return b.add('Transpose', [b.ops.Reshape(embedded, b.ints([0, width, 16]))], { perm: [0, 2, 1] });
}
/** With a class token before the others. */
function withClassToken(b: GraphBuilder, tokens: string): string {
  const count = b.add('Shape', [tokens], { start: 0, end: 1 });
  const shape = b.add('Concat', [count, b.ints([1, width])], { axis: 0 });
  const token = b.ops.Expand(b.constant(weights([1, 1, width], 8)), shape);
  return b.add('Concat', [token, tokens], { axis: 1 });
}

const transformers: readonly (readonly [string, number, Network])[] = [
  [
    'by its class token: what enters the last attention',
    1,
    (b, x, m) => {
      const last = block(b, m(block(b, withClassToken(b, patches(b, x)))));
      return dense(b, b.add('Gather', [last, b.int(0)], { axis: 1 }), width, 3);
    },
  ],
  [
    'by the mean of all tokens: what the mean is taken of',
    0,
    (b, x, m) => {
      const last = m(block(b, block(b, patches(b, x))));
      return dense(b, b.add('ReduceMean', [last, b.ints([1])], { keepdims: 0 }), width, 3);
    },
  ],
];

const modelOf = (network: Network): Model => built(value('x', ['n', 1, 8, 8]), ['n', 3], (b, x) => network(b, x, mark));

async function mapOf(classifier: Classifier, method: ReturnType<typeof gradCam>) {
  const explainer = await method.compile(classifier);
  const found = await explainer.attribute(images(2, [1, 8, 8]), [0, 2]);
  await explainer.release();
  return found;
}

describe('the layer that is looked at unless one is named', () => {
  it.each(networks)('of a network with %s', async (_title, network) => {
    const classifier = await load(modelOf(network));
    const { value: chosen, positions } = chosenLayer(classifier, undefined);
    expect(chosen).toBe(expected);
    for (const method of [gradCam(), guidedGradCam(), layerConductance({ steps: 2 }), layerActivationXGradient()]) {
      const { notes = [] } = await mapOf(classifier, method);
      expect(notes[0]).toContain(`No layer was named: ${expected} is`);
    }
    // As when it is named, and not the same everywhere.
    const [byDefault, named] = [
      await mapOf(classifier, gradCam()),
      await mapOf(classifier, gradCam({ layer: chosen })),
    ];
    expect(byDefault.values).toEqual(named.values);
    expect(byDefault.values.dims).toEqual([2, 1, positions!.height, positions!.width]);
    expect(new Set(byDefault.values.data).size).toBeGreaterThan(2);
    await classifier.release();
  });

  it.each(transformers)('of a transformer that decides %2$s', async (_title, first, network) => {
    const classifier = await load(modelOf(network));
    const { value: chosen, positions } = chosenLayer(classifier, undefined);
    expect({ chosen, positions }).toEqual({
      chosen: expected,
      positions: { height: 4, width: 4, layout: 'tokens', first },
    });
    // Grad-CAM written out: each token's activations times the mean gradient over the tokens of the grid.
    const products = (await mapOf(classifier, layerActivationXGradient())).values;
    const outputs = [{ name: chosen, type: undefined, dims: undefined }];
    const session = await cpu.createSession({ ...classifier.model, graph: { ...classifier.model.graph, outputs } });
    const activations = (await session.run({ x: images(2, [1, 8, 8]) }))[chosen]!.data as Float32Array;
    await session.release();
    const cam = (await mapOf(classifier, gradCam())).values;
    expect(cam.dims).toEqual([2, 1, 4, 4]);
    const tokens = 16 + first;
    const slow = Array.from({ length: 32 }, (_, i) => {
      const image = Math.floor(i / 16);
      const at = (token: number, feature: number) => (image * tokens + first + token) * width + feature;
      let sum = 0;
      for (let feature = 0; feature < width; feature++) {
        let slope = 0;
        for (let t = 0; t < 16; t++) slope += products.data[at(t, feature)]! / activations[at(t, feature)]! / 16;
        sum += activations[at(i % 16, feature)]! * slope;
      }
      return sum;
    });
    const largest = Math.max(...slow.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    expect(Math.max(...slow.map((each, i) => Math.abs(each - cam.data[i]!)))).toBeLessThan(1e-3 * largest);
    await classifier.release();
  });

  it('of vit_mini is the grid of tokens that its last attention reads', async () => {
    const { bytes, images: pictures, targets } = readReference('vit_mini');
    const classifier = await loadClassifier(bytes, { runtime: cpu });
    const explainer = await gradCam().compile(classifier);
    const { values, layer, notes } = await explainer.attribute(pictures, targets);
    expect({ layer, dims: values.dims.slice(1) }).toEqual({ layer: '/Add_3_output_0', dims: [1, 4, 4] });
    expect(notes).toEqual([expect.stringMatching(/last grid of tokens.*class token.*4 x 4/)]);
    await explainer.release();
    await classifier.release();
  });

  it('is refused where none has positions, and so is one of a single cell that is named', async () => {
    const flat = await load(modelOf((b, x) => head(b, x, 64)));
    await expect(async () => gradCam().compile(flat)).rejects.toThrow(/no convolution.*--layer/);
    let cell = '';
    const single = await load(
      modelOf((b, x) => {
        const features = pooled(b, mark(conv(b, stem(b, x), 4, 6)));
        cell = conv(b, features, 6, 3, 1);
        return b.add('Flatten', [cell]);
      }),
    );
    for (const method of [gradCam({ layer: cell }), guidedGradCam({ layer: cell })]) {
      await expect(async () => method.compile(single)).rejects.toThrow(
        new RegExp(`\\[3,1,1\\].*one cell.*needs positions\\. Layers that have some: ${expected}`),
      );
    }
  });
});
