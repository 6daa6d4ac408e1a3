import { beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../src/model/classifier.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { random } from '../../src/random/random.ts';
import { certificateOf } from '../../src/studies/sufficientPixels/certificate.ts';
import { type SufficientPixels, sufficientPixels } from '../../src/studies/sufficientPixels/sufficient.ts';
import { networkModel } from '../../src/training/network.ts';
import { lowestOf, rangesOf } from '../../src/verifier/bound.ts';
import { base64, fromBase64, readCertificate, writeCertificate } from '../../src/verifier/certificateFile.ts';
import { layersOf } from '../../src/verifier/onnxLayers.ts';
import { down, up } from '../../src/verifier/outward.ts';
import { verifyCertificate } from '../../src/verifier/verify.ts';
import { modelOf } from '../networks.ts';
import { cpu } from '../runtimes.ts';

const source = random(9);
const number = () => 2 * source.uniform() - 1;
const point = (x: number) => ({ low: x, high: x });
const zero = point(0);

describe('rounding outward', () => {
  it('is beyond what a product of two numbers of 53 bits was rounded from', () => {
    for (let k = 0; k < 500; k++) {
      const [a, b] = [Math.floor(2 ** 53 * source.uniform()), Math.floor(2 ** 53 * source.uniform())];
      const exact = BigInt(a) * BigInt(b);
      expect(BigInt(down(a * b)) <= exact && exact <= BigInt(up(a * b))).toBe(true);
    }
  });

  it.each([0, 1, -1, Number.MIN_VALUE, -3e-320, 1e300])('moves %d by a step at least', (x) => {
    expect(down(x)).toBeLessThan(x);
    expect(up(x)).toBeGreaterThan(x);
  });
});

/** Convolutions with padding, strides, dilation and groups, pooling, a bias apart, and a dense layer with transposed weights. */
function oddNetwork(): Uint8Array {
  const tensor = (...dims: number[]) => float32(dims, Array.from({ length: dims.reduce((a, b) => a * b, 1) }, number));
  const builder = new GraphBuilder(emptyGraph('odd'), 'odd');
  const { ops } = builder;
  const image = builder.input('image', 'float32', ['N', 3, 8, 8]);
  const constant = (t: Tensor) => builder.constant(t);
  const strided = { strides: [2, 1], pads: [1, 0, 1, 2] };
  const one = builder.add('Relu', [
    builder.add('Conv', [image, constant(tensor(4, 3, 3, 3)), constant(tensor(4))], strided),
  ]);
  const wide = { group: 2, dilations: [1, 2], kernel_shape: [2, 2] };
  const two = builder.add('Conv', [one, constant(tensor(4, 2, 2, 2))], wide);
  const pooled = builder.add('MaxPool', [builder.add('Relu', [ops.Add(two, constant(tensor(4, 1, 1)))])], {
    kernel_shape: [2, 2],
    strides: [1, 2],
  });
  const flat = ops.Reshape(pooled, builder.ints([0, -1]));
  const size = 4 * 2 * 3;
  const scores = builder.add('Gemm', [flat, constant(tensor(3, size)), constant(tensor(3))], { transB: 1 });
  const out = builder.add('Softmax', [scores], { axis: 1 });
  return writeModel(modelOf(builder.build([{ name: out, type: 'float32', dims: ['N', 3] }])));
}

describe('the verifier’s own reading of a model', () => {
  it('gives the scores of ONNX Runtime, and its bounds hold for all images tried', async () => {
    const bytes = oddNetwork();
    const classifier = await loadClassifier(bytes, { runtime: cpu });
    const layers = layersOf(bytes, [1, 3, 8, 8]);
    const images = Array.from({ length: 40 }, () => Array.from({ length: 192 }, () => source.uniform()));
    const scores = await classifier.scoresOf(float32([40, 3, 8, 8], images.flat()));
    const rowOf = (i: number) => [...scores.data.subarray(3 * i, 3 * i + 3)];
    const exact = rangesOf({ layers, box: (images[0] ?? []).map((x) => point(Math.fround(x))) }, new Map());
    exact!.at(-1)!.forEach(({ low, high }, j) => {
      expect(high - low).toBeLessThan(1e-10);
      expect(low).toBeCloseTo(rowOf(0)[j]!, 4);
    });
    const box = (images[0] ?? []).map((_, i) => ({
      low: Math.min(...images.map((image) => image[i]!)),
      high: Math.max(...images.map((image) => image[i]!)),
    }));
    const network = { layers, box };
    const ranges = rangesOf(network, new Map())!;
    const a = [point(1), point(-1), zero];
    const random01 = (count: number) => Array.from({ length: count }, () => source.uniform());
    const pools = [{ shares: Array.from({ length: 24 }, () => random01(4)), heights: random01(24) }];
    const choice = { slopes: [random01(ranges[1]!.length), random01(ranges[4]!.length)], multipliers: [], pools };
    for (const chosen of [undefined, choice]) {
      const lowest = lowestOf(network, ranges, a, layers.length, new Map(), chosen);
      const margins = images.map((_, i) => rowOf(i)[0]! - rowOf(i)[1]!);
      expect(lowest).toBeLessThanOrEqual(Math.min(...margins) + 1e-4);
      expect(lowest).toBeGreaterThan(-1000);
    }
  });

  it('refuses an operator that it does not know, by name', () => {
    const builder = new GraphBuilder(emptyGraph('tanh'), 'tanh');
    const made = builder.add('Tanh', [builder.input('image', 'float32', ['N', 3])]);
    const bytes = writeModel(modelOf(builder.build([{ name: made, type: 'float32', dims: ['N', 3] }])));
    expect(() => layersOf(bytes, [1, 3])).toThrow(/Tanh .* is not known to the verifier/);
  });
});

describe('a certificate', () => {
  const image = float32(
    [1, 1, 4, 4],
    Array.from({ length: 16 }, (_, i) => 0.1 + (0.8 * ((7 * i) % 16)) / 15),
  );
  let bytes: Uint8Array;
  let classifier: Classifier;
  let found: SufficientPixels;
  let text: string;

  const network = (seed: number) => {
    const hidden = (name: string) => ({ type: 'dense', name, units: 8, activation: 'relu' }) as const;
    const last = { type: 'dense', name: 'three', units: 3, activation: 'none' } as const;
    const layers = [{ type: 'flatten', name: 'flatten' }, hidden('one'), hidden('two'), last] as const;
    return writeModel(networkModel({ name: 'dense', input: [1, 4, 4], layers }, seed));
  };

  beforeAll(async () => {
    bytes = network(1);
    classifier = await loadClassifier(bytes, { runtime: cpu });
    [found] = (await sufficientPixels(classifier, image, { epsilon: 0.15 })) as [SufficientPixels];
    text = await certificateOf(classifier, image, found);
  });

  it('is proved again, and says what it says', async () => {
    const verified = await verifyCertificate(text, bytes, image.data);
    expect(verified).toMatchObject({ kept: found.decided, elements: 16, held: found.held.length });
    expect(verified.modelSha256).toBe(classifier.sha256);
    expect(verified.lowestMargin).toBeGreaterThan(0);
    expect(verified.farthest).toBeLessThan(0.1501);
  });

  it('is refused where a letter of it was changed, and as another model’s or image’s', async () => {
    const changed = text
      .replace('"kept":', '"kept": ')
      .replace(/"kept": (\d)/, (_, kept) => `"kept":${(Number(kept) + 1) % 3}`);
    await expect(verifyCertificate(changed, bytes)).rejects.toMatchObject({ differs: 'file' });
    await expect(verifyCertificate('{', bytes)).rejects.toThrow(/damaged one/);
    await expect(verifyCertificate(text, network(2))).rejects.toMatchObject({ differs: 'model' });
    const other = image.data.map((x, i) => (i === 3 ? x + 0.01 : x));
    await expect(verifyCertificate(text, bytes, other)).rejects.toMatchObject({ differs: 'image' });
  });

  it('is refused where it was forged with care: what it says is proved, not believed', async () => {
    const { ...content } = await readCertificate(text);
    const forged = async (part: object) => verifyCertificate(await writeCertificate({ ...content, ...part }), bytes);
    const wider = (side: 'low' | 'high', by: number) => base64(fromBase64(content.box[side], 8).map((x) => x + by));
    await expect(forged({ box: { low: wider('low', -2), high: wider('high', 2) } })).rejects.toThrow(/does not hold/);
    await expect(forged({ kept: (content.kept + 1) % 3 })).rejects.toMatchObject({ differs: 'proof' });
    await expect(forged({ proofs: content.proofs.slice(1) })).rejects.toThrow(/no proof for class/);
    await expect(forged({ image: { ...content.image, sha256: 'ab' } })).rejects.toMatchObject({ differs: 'image' });
    const lifted = content.choices.map(({ slopes, multipliers }) => ({
      slopes: slopes.map((own) => own.map(() => 50)),
      multipliers: multipliers.map((own) => own.map(() => -50)),
    }));
    // Slopes and multipliers out of range are brought into it: the bound holds, and is only worse.
    const weaker = await forged({ choices: lifted }).catch((error: Error) => error.message);
    if (typeof weaker !== 'string') expect(weaker.lowestMargin).toBeGreaterThan(0);
    const twice = { relu: 0, unit: 0, on: { relu: 0, unit: 0, on: {}, off: {} }, off: {} };
    await expect(forged({ proofs: content.proofs.map((proof) => ({ ...proof, tree: twice })) })).rejects.toThrow(
      /does not hold/,
    );
  });

  it('proves no more than the corners of its box leave', async () => {
    const { lowestMargin } = await verifyCertificate(text, bytes);
    const content = await readCertificate(text);
    const [low, high] = [fromBase64(content.box.low, 8), fromBase64(content.box.high, 8)];
    const draws = 300;
    const rows = Array.from({ length: draws }, () =>
      Array.from(low, (l, i) => (source.uniform() < 0.5 ? l : high[i]!)),
    );
    const { data } = await classifier.scoresOf(float32([draws, 1, 4, 4], rows.flat()));
    for (let k = 0; k < draws; k++) {
      const own = data.subarray(3 * k, 3 * k + 3);
      const others = [0, 1, 2].filter((j) => j !== content.kept).map((j) => own[j]!);
      expect(own[content.kept]! - Math.max(...others)).toBeGreaterThan(lowestMargin);
    }
  });
});
