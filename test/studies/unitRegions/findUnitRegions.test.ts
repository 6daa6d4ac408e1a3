import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/datasets/dataset.ts';
import { loadDigits } from '../../../src/datasets/digits.ts';
import { type LabelledImages, selectImages } from '../../../src/datasets/labelledImages.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { float32, rows } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { nodeRuntime } from '../../../src/runtime/node.ts';
import { findDenseLayer } from '../../../src/studies/regionPruning/denseLayer.ts';
import { splitModel } from '../../../src/studies/regionPruning/splitModel.ts';
import { type FoundUnitRegions, findUnitRegions } from '../../../src/studies/unitRegions/findUnitRegions.ts';
import { findLinearUnits } from '../../../src/studies/unitRegions/linearUnits.ts';
import { besideAnother, networkOfTwoDigits, shareOnSide } from '../../../src/studies/unitRegions/paper/twoDigits.ts';
import { shareCovariances } from '../../../src/studies/unitRegions/shareCovariance.ts';
import { readUnits } from '../../../src/studies/unitRegions/unitReadings.ts';
import { architectures } from '../../../src/training/architectures.ts';
import { networkModel } from '../../../src/training/network.ts';
import { trainingImages } from '../../../src/training/trainingImages.ts';

const runtime = nodeRuntime({ threads: 1 });

/** Pictures half as wide and high, each pixel the mean of four. */
function halved(set: LabelledImages): LabelledImages {
  const [height, width] = [set.height / 2, set.width / 2];
  const images = Uint8Array.from({ length: set.count * height * width }, (_, i) => {
    const [image, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const at = (image * set.height + 2 * y) * set.width + 2 * x;
    return [0, 1, set.width, set.width + 1].reduce((sum, step) => sum + set.images[at + step]! / 4, 0);
  });
  return { ...set, images, height, width };
}

describe('regions of the units of a network as it is', () => {
  let classifier: Classifier;
  let data: Dataset;
  let found: FoundUnitRegions;
  beforeAll(async () => {
    const { train, test } = await loadDigits();
    data = {
      train: selectImages(
        train,
        Array.from({ length: 600 }, (_, i) => i),
      ),
      test: selectImages(
        test,
        Array.from({ length: 300 }, (_, i) => i),
      ),
    };
    classifier = await loadClassifier(writeModel(architectures.d.build(1)), { runtime });
    found = await findUnitRegions(classifier, data, { mostUnits: 4 });
  });
  afterAll(() => classifier.release());

  it('have the R² that comes of running the model with everything else at its mean', async () => {
    const layer = findDenseLayer(classifier);
    const split = await splitModel(classifier, classifier.model, layer);
    const images = async (set: Dataset['train']) => split.inputs(trainingImages(set, classifier.input, 10).images);
    const [train, test] = [await images(data.train), await images(data.test)];
    const mean = Array.from({ length: 784 }, (_, i) => {
      let sum = 0;
      for (let row = 0; row < 600; row++) sum += train.data[row * 784 + i]!;
      return sum / 600;
    });
    expect(found.regions.map(({ unit }) => unit)).toEqual([0, 25, 50, 75]);
    for (const { unit, cells, explained } of found.regions) {
      const inside = new Set(cells);
      const held = test.data.map((value, i) => (inside.has(i % 784) ? value : mean[i % 784]!));
      const of = async (given: typeof test) =>
        Array.from({ length: 300 }, (_, row) => row * 100 + unit).map(
          (
            (sums) => (at) =>
              sums.data[at]!
          )(await split.sums(given)),
        );
      const [whole, told] = [await of(test), await of(float32(test.dims, held))];
      const centre = whole.reduce((a, b) => a + b) / 300;
      const total = whole.reduce((sum, value) => sum + (value - centre) ** 2, 0);
      const left = whole.reduce((sum, value, i) => sum + (value - told[i]!) ** 2, 0);
      expect(explained).toBeCloseTo(1 - left / total, 4);
      expect(explained).toBeGreaterThan(0.85);
    }
    await split.release();
  });

  it('explain far more than as many cells elsewhere', () => {
    for (const { explained, controls, cells, fewestSingle } of found.regions) {
      expect(controls.disc).toBeLessThan(explained - 0.2);
      expect(controls.another).toBeLessThan(explained - 0.1);
      expect(fewestSingle).toBeLessThanOrEqual(cells.length);
    }
  });

  it('are refused for a share that no region can have', async () => {
    await expect(findUnitRegions(classifier, data, { explained: 1 })).rejects.toThrow(
      /give a share above 0 and below 0.98/,
    );
  });
});

it('lie on the side of the image that says what it is', async () => {
  const { train, test } = await loadDigits();
  const half = (set: LabelledImages, count: number) =>
    halved(
      selectImages(
        set,
        Array.from({ length: count }, (_, i) => i),
      ),
    );
  const data = besideAnother({ train: half(train, 4000), test: half(test, 500) }, 'right', 3);
  const shares = async (epochs: number) => {
    const model = await networkOfTwoDigits(runtime, data, { epochs, seed: 1 });
    const classifier = await loadClassifier(writeModel(model), { runtime });
    const { regions } = await findUnitRegions(classifier, data, { mostUnits: 10, images: 2000 });
    await classifier.release();
    return (
      regions.map(({ cells }) => shareOnSide(cells, 28, 'right')).reduce((sum, one) => sum + one, 0) / regions.length
    );
  };
  expect(await shares(30)).toBeGreaterThan(0.85);
  expect(await shares(0)).toBeLessThan(0.65);
});

describe('linear units', () => {
  const open = (bytes: Uint8Array) => loadClassifier(bytes, { runtime });

  it('of a convolutional network are those of its dense layer over the feature map', async () => {
    const classifier = await open(writeModel(architectures.b.build(1)));
    const units = findLinearUnits(classifier);
    expect(units).toMatchObject({ kind: 'dense', units: 10, map: { channels: 3, height: 5, width: 5 } });
    await classifier.release();
  });

  it('of a vision transformer are those of its patches, and each patch is a row', async () => {
    const classifier = await open(await readFile('../shared/reference/vit_mini.onnx'));
    const units = findLinearUnits(classifier);
    expect(units.kind).toBe('patches');
    const { channels, height, width } = classifier.input;
    const patches = (height / units.map.height) * (width / units.map.width);
    const source = random(1);
    const images = float32(
      [3, channels, height, width],
      Float32Array.from({ length: 3 * channels * height * width }, () => source.uniform()),
    );
    // That the sums follow from the rows is checked in reading them.
    expect((await readUnits(classifier, units, images)).inputs.dims[0]).toBe(3 * patches);
    await classifier.release();
  });

  it('are found by the name of their layer, and refused where windows overlap', async () => {
    const classifier = await open(writeModel(architectures.b.build(1)));
    expect(findLinearUnits(classifier, 'dense').name).toBe('dense');
    expect(() => findLinearUnits(classifier, 'conv1')).toThrow(/conv1.* does not cut the image into patches/);
    await classifier.release();
  });
});

it('shares vary together as the images say, however that is found', async () => {
  const model = networkModel(
    {
      name: 'two',
      input: [3, 6, 7],
      layers: [
        { type: 'flatten', name: 'flatten' },
        { type: 'dense', name: 'dense', units: 3, activation: 'none' },
      ],
    },
    1,
  );
  const classifier = await loadClassifier(writeModel(model), { runtime });
  const units = findLinearUnits(classifier);
  const source = random(5);
  const images = float32(
    [40, 3, 6, 7],
    Float32Array.from({ length: 40 * 126 }, () => source.uniform()),
  );
  const readings = await readUnits(classifier, units, images);
  const once = await shareCovariances(runtime, units, readings);
  const each = await shareCovariances(runtime, units, readings, 10);
  const weights = units.weights.subarray(126, 252);
  const share = (row: number, cell: number) =>
    [0, 1, 2].reduce((sum, channel) => {
      const input = channel * 42 + cell;
      return sum + weights[input]! * (rows(readings.inputs, row, row + 1).data[input]! - readings.mean[input]!);
    }, 0);
  const slow = Array.from({ length: 42 * 42 }, (_, i) => {
    const [p, q] = [Math.floor(i / 42), i % 42];
    return Array.from({ length: 40 }, (_, row) => share(row, p) * share(row, q)).reduce((a, b) => a + b) / 40;
  });
  const [first, second] = [await once.of(1), await each.of(1)];
  slow.forEach((value, i) => {
    expect(first[i]).toBeCloseTo(value, 6);
    expect(second[i]).toBeCloseTo(value, 6);
  });
  await Promise.all([once, each, classifier].map((held) => held.release()));
});
