import { beforeAll, describe, expect, it } from 'vitest';
import { integratedGradients } from '../../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../../src/attribution/gradient/saliency.ts';
import { gradCam } from '../../../src/attribution/layers/gradCam.ts';
import { loadDigits } from '../../../src/datasets/digits.ts';
import { imageAt, indicesOfClass, selectImages } from '../../../src/datasets/labelledImages.ts';
import {
  type KnownTruth,
  type KnownTruthProgress,
  knownTruth,
} from '../../../src/faithfulness/knownTruth/knownTruth.ts';
import { split } from '../../../src/faithfulness/knownTruth/maskedImages.ts';
import { otherClasses, taggedTraining, tagMask, withTags } from '../../../src/faithfulness/knownTruth/shortcut.ts';
import { tetrominoes } from '../../../src/faithfulness/knownTruth/tetrominoes.ts';
import { trainedOn } from '../../../src/faithfulness/knownTruth/tetrominoNetworks.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { nodeRuntime } from '../../../src/runtime/node.ts';

const runtime = nodeRuntime({ threads: 1 });
const methods = () => [saliency(), integratedGradients(), gradCam()];
const settings = {
  runtime,
  methods,
  images: 10,
  count: 1000,
  scenarios: ['linear'],
  backgrounds: ['white'],
  networks: ['linear', 'dense'],
} as const;

describe('known truth', () => {
  let truth: KnownTruth;
  const steps: KnownTruthProgress[] = [];

  beforeAll(async () => {
    truth = await knownTruth({ ...settings, onProgress: (progress) => steps.push(progress) });
  });

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(truth))).toEqual(truth);
    expect(truth.shortcuts).toEqual([]);
    expect(truth.tetrominoes).toHaveLength(1);
    expect(truth.shapley.map(({ network }) => network)).toEqual([
      'linear',
      'and',
      'or',
      'xor',
      'three together',
      'max',
      'random',
    ]);
  });

  it('the gradient of a linear network finds the tetrominoes, and nothing that does not know the network does', () => {
    const [{ networks }] = truth.tetrominoes as [KnownTruth['tetrominoes'][0]];
    const { accuracy, solved, rows } = networks.find(({ network }) => network === 'linear')!;
    expect(accuracy).toBeGreaterThan(0.8);
    expect(solved).toBe(true);
    const precision = (id: string) => rows.find((row) => row.id === id)!.figures.precision;
    const earthMover = (id: string) => rows.find((row) => row.id === id)!.figures.earthMover.mean;
    expect(precision('saliency').mean).toBeGreaterThan(0.7);
    for (const id of ['random', 'edges', 'input']) {
      expect(precision(id).high).toBeLessThan(precision('saliency').low);
      expect(earthMover(id)).toBeLessThan(earthMover('saliency'));
      expect(rows.find((row) => row.id === id)!.baseline).toBe(true);
    }
  });

  it('a network that has not solved its scenario is not judged', () => {
    for (const { accuracy, solved, rows } of truth.tetrominoes.flatMap(({ networks }) => networks)) {
      expect(solved).toBe(accuracy >= 0.8);
      expect(rows.length > 0).toBe(solved);
    }
  });

  it('integrated gradients are the Shapley values of a linear network, and not those of others', () => {
    const distance = (name: string) =>
      truth.shapley.find(({ network }) => network === name)!.rows.find(({ id }) => id === 'integrated-gradients')!
        .figures.distance.mean;
    expect(distance('linear')).toBeLessThan(1e-5);
    for (const name of ['and', 'xor', 'max', 'random']) expect(distance(name)).toBeGreaterThan(0.05);
  });

  it('a method that a network does not allow is named, with the reason', () => {
    const [{ refused, rows }] = truth.shapley as [KnownTruth['shapley'][0]];
    expect(refused).toEqual([{ id: 'grad-cam', title: 'Grad-CAM', reason: expect.stringContaining('no convolution') }]);
    expect(rows.some(({ id }) => id === 'grad-cam')).toBe(false);
  });

  it('says how far it is, and stops when told', async () => {
    expect(steps.at(-1)).toMatchObject({ done: 7, total: 8 });
    const stop = new AbortController();
    const stopped = knownTruth({ ...settings, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow('aborted');
  });

  it('gives what is finished when it is told to stop', async () => {
    const stop = new AbortController();
    const onProgress = ({ done }: KnownTruthProgress) => done === 2 && stop.abort();
    const found = await knownTruth({ ...settings, images: 2, signal: stop.signal, onProgress });
    expect(found.shapley.map(({ network }) => network)).toEqual(['linear', 'and']);
    expect(found.missing).toEqual([
      ...['or', 'xor', 'three together', 'max', 'random'].map((name) => `network "${name}"`),
      'linear, white',
    ]);
  });
});

describe('the networks', () => {
  it('have the same weights for the same seed, and other ones for another', async () => {
    const parts = split(tetrominoes('xor', 'correlated', 0, 400));
    const files = [];
    for (const seed of [1, 1, 2]) {
      const model = await trainedOn(runtime, 'linear', { ...parts, seed });
      files.push(Buffer.from(writeModel(model)).toString('base64'));
    }
    expect(files[0]).toBe(files[1]);
    expect(files[0]).not.toBe(files[2]);
  });
});

describe('digits with tags', () => {
  it('have a white square in the place of a class, and black around it', async () => {
    const { test } = await loadDigits();
    const some = selectImages(test, [0, 1, 2, 3]);
    const tagged = withTags(some, (_, image) => [3, 9, undefined, 0][image]);
    const corner = (image: number) =>
      Array.from({ length: 4 }, (_, row) =>
        [...imageAt(tagged, image).data.subarray(28 * row, 28 * row + 10)]
          .map((value) => (value === 255 ? 'x' : value))
          .join(''),
      );
    expect(corner(0)).toEqual(['000000xx00', '000000xx00', '0000000000', '0000000000']);
    expect(corner(1)).toEqual(['0000000000', '0000000000', '00000000xx', '00000000xx']);
    expect(corner(2)).toEqual(new Array(4).fill('0000000000'));
    expect(corner(3)).toEqual(['xx00000000', 'xx00000000', '0000000000', '0000000000']);
    const mask = tagMask(some);
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(40);
    // Elsewhere the digits are as they were.
    expect(tagged.images.filter((_, at) => mask[at % 784] === 0)).toEqual(
      some.images.filter((_, at) => mask[at % 784] === 0),
    );
  });

  it('contradict their digits with every other class, or say the class alone', async () => {
    const { train } = await loadDigits();
    const others = otherClasses(train, 0);
    expect(others.some((other, i) => other === train.labels[i])).toBe(false);
    expect(new Set(others.filter((_, i) => train.labels[i] === 3)).size).toBe(9);
    const before = Uint8Array.from(train.images);
    const alone = taggedTraining(train, 'tag alone', 0);
    expect(Buffer.compare(before, train.images)).toBe(0);
    const agreeing = alone.labels.filter((label, i) => label === train.labels[i]).length / train.count;
    expect(agreeing).toBeGreaterThan(0.08);
    expect(agreeing).toBeLessThan(0.12);
    for (const label of [0, 7]) {
      const [first] = indicesOfClass(alone, label);
      const expected = withTags(selectImages(train, [first!]), () => label);
      expect(imageAt(alone, first!).data).toEqual(imageAt(expected, 0).data);
    }
  });
});
