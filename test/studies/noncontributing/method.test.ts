import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/attribution/explain.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { freedomOf } from '../../../src/studies/noncontributing/freedom.ts';
import { noncontributing } from '../../../src/studies/noncontributing/method.ts';
import { linearClassifier } from './smallNetworks.ts';

describe('non-contributing pixels among the methods', () => {
  it('give each channel of a pixel the amplitude they share, in the image’s shape, with what it does', async () => {
    // Pixel 1, channel 2 decides.
    const weights = new Array(12).fill(0).with(5, 4);
    const classifier = await linearClassifier([2, 2, 3], [weights, new Array(12).fill(0)], [-1, 0], { layout: 'NHWC' });
    const image = float32([1, 2, 2, 3], new Array(12).fill(0.5));
    const [explanation] = await explain(classifier, image, [noncontributing({ draws: 50 })]);
    const [map] = explanation!.maps;
    expect(map!.values.dims).toEqual([1, 2, 2, 3]);
    const shared = map!.values.data[3]!;
    expect([...map!.values.data]).toEqual([1, 1, 1, shared, shared, shared, 1, 1, 1, 1, 1, 1]);
    expect(shared).toBeLessThan(0.2);
    expect(freedomOf(map!)!.measured).toMatchObject({ draws: 50, kept: 1, keptClipped: 1 });
    expect(freedomOf(map!)!.free).toBe(0.75);
    await classifier.release();
  });

  it('leave out an image without a decision where they were not asked for, and say why', async () => {
    const classifier = await linearClassifier(
      [1, 1, 2],
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
    );
    const undecided = float32([1, 1, 1, 2], [0.5, 0.5]);
    const reasons: string[] = [];
    const [explanation] = await explain(classifier, undecided, [noncontributing()], {
      onRefused: (_method, { message }) => reasons.push(message),
    });
    expect(explanation!.maps).toEqual([]);
    expect(reasons).toEqual([expect.stringContaining('no decision')]);
    await expect(explain(classifier, undecided, [noncontributing()])).rejects.toThrow(/no decision/);
    await classifier.release();
  });

  it('say how long they search: half as many steps for a model that takes few images at a time', async () => {
    const classifier = await linearClassifier(
      [1, 1, 2],
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
    );
    const settingsFor = (batchSize: number, settings = {}) =>
      noncontributing(settings).settingsFor?.({ ...classifier, batchSize });
    expect(settingsFor(128)).toMatchObject({ iterations: 300, noiseImages: 100 });
    expect(settingsFor(8)).toMatchObject({ iterations: 150, noiseImages: 8 });
    expect(settingsFor(1)).toMatchObject({ noiseImages: 8 });
    expect(settingsFor(8, { iterations: 20 })).toMatchObject({ iterations: 20, noiseImages: 8 });
    await classifier.release();
  });
});
