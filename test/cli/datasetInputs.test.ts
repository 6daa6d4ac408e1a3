import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/flags.ts';
import { readInputs } from '../../src/cli/inputs.ts';
import { LabelledImagesError } from '../../src/datasets/errors.ts';
import { imageAt } from '../../src/datasets/labelledImages.ts';
import { openDataset } from '../../src/datasets/openDataset.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { toPixels } from '../../src/model/pixels.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { errorOf } from '../datasets/expectError.ts';

const mnist = fileURLToPath(new URL('../../../shared/data/mnist/', import.meta.url));
const fashion = '/usr/share/datasets/fashion-mnist';
const bytes = await readFile(fileURLToPath(new URL('../reference/lenet_digits.onnx', import.meta.url)));
const classifier = await loadClassifier(bytes, { runtime: nodeRuntime({ threads: 1 }) });

describe('DATASET:INDEX', () => {
  it('is an image of the test set, with its class', async () => {
    const [seven, twelve] = await readInputs(['digits:7', 'digits:12'], classifier);
    const { test } = await openDataset('digits');
    expect([seven?.truth, twelve?.truth]).toEqual([7, test.labels[12]]);
    expect([...toPixels(seven!.image.data, classifier.input).data]).toEqual([...imageAt(test, 7).data]);
  });

  it.skipIf(!existsSync(mnist))('takes mnist from the folder given (skipped without ../shared)', async () => {
    const [first] = await readInputs(['mnist:0'], classifier, { dataDir: mnist });
    expect(first).toMatchObject({ name: 'mnist:0', truth: 7 });
  });

  it.skipIf(!existsSync(fashion))(
    'takes fashion-mnist from the system (skipped without Debian’s dataset-fashion-mnist)',
    async () => {
      const [boot] = await readInputs(['fashion-mnist:0'], classifier);
      expect(boot?.truth).toBe(9);
    },
  );

  it('says which data sets and which numbers there are', async () => {
    const unknown = await errorOf(UsageError, () => readInputs(['cifar:1'], classifier));
    expect(unknown.message).toContain('There are: digits, mosaic, mnist, fashion-mnist.');
    const beyond = await errorOf(LabelledImagesError, () => readInputs(['digits:2000'], classifier));
    expect(beyond.message).toContain('Choose a whole number from 0 to 1999');
  });
});
