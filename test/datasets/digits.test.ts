import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digitBytes } from '../../scripts/makeDigits.ts';
import { loadDigits, parseDigits } from '../../src/datasets/digits.ts';
import { LabelledImagesError } from '../../src/datasets/errors.ts';
import { parseIdx } from '../../src/datasets/idx.ts';
import { imageAt, type LabelledImages } from '../../src/datasets/labelledImages.ts';
import { errorOf } from './expectError.ts';

const mnist = fileURLToPath(new URL('../../../shared/data/mnist/', import.meta.url));

function labelledBytes(set: LabelledImages): string[] {
  return Array.from({ length: set.count }, (_, index) => {
    const { label, data } = imageAt(set, index);
    return `${label} ${Buffer.from(data).toString('latin1')}`;
  });
}

describe('embedded digits', () => {
  it('are what the script makes of the npm package, byte for byte', () => {
    const shipped = gunzipSync(readFileSync(new URL('../../assets/digits.gz', import.meta.url)));
    expect(Buffer.compare(Buffer.from(digitBytes()), shipped)).toBe(0);
  });

  it('are 8,000 for training and 2,000 for testing, no image in both', async () => {
    const { train, test } = await loadDigits();
    expect([train.count, test.count]).toEqual([8000, 2000]);
    const seen = new Set(labelledBytes(train));
    expect(labelledBytes(test).filter((digit) => seen.has(digit))).toEqual([]);
  });

  it('have every class in the same proportion in both sets', async () => {
    const { train, test } = await loadDigits();
    for (let label = 0; label < 10; label++) {
      const trained = train.labels.filter((other) => other === label).length;
      const tested = test.labels.filter((other) => other === label).length;
      expect(Math.abs(tested - 0.2 * (trained + tested))).toBeLessThan(1);
    }
  });

  it('begin with 0 to 9 in order, and have balanced batches without shuffling', async () => {
    const { train, test } = await loadDigits();
    const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect([...train.labels.subarray(0, 10)]).toEqual(digits);
    expect([...test.labels.subarray(0, 10)]).toEqual(digits);
    for (let start = 0; start < train.count; start += 100) {
      const batch = train.labels.subarray(start, start + 100);
      for (const digit of digits) {
        const share = batch.filter((label) => label === digit).length;
        expect(share).toBeGreaterThanOrEqual(7);
        expect(share).toBeLessThanOrEqual(13);
      }
    }
  });

  it('say what is wrong with a damaged copy', async () => {
    const error = await errorOf(LabelledImagesError, () => parseDigits(new Uint8Array(5), 'copy'));
    expect(error.message).toBe('copy: the embedded digits have 5 bytes instead of 7850000. Install the package again');
  });

  it.skipIf(!existsSync(mnist))('are the first 10,000 of MNIST (skipped without ../shared)', async () => {
    const read = (file: string) => parseIdx(gunzipSync(readFileSync(`${mnist}${file}`)));
    const images = read('train-images-idx3-ubyte.gz').data;
    const labels = read('train-labels-idx1-ubyte.gz').data;
    const original = Array.from({ length: 10_000 }, (_, index) => {
      return `${labels[index]} ${Buffer.from(images.subarray(index * 784, (index + 1) * 784)).toString('latin1')}`;
    });
    const { train, test } = await loadDigits();
    const same = [...labelledBytes(train), ...labelledBytes(test)].sort();
    expect(same.join('\n') === original.sort().join('\n')).toBe(true);
  });
});
