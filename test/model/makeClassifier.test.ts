import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../src/argumentError.ts';
import { explain } from '../../src/attribution/explain.ts';
import { relevanceMethods } from '../../src/attribution/relevance/lrp.ts';
import { unitScores } from '../../src/attribution/unitScores.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { derive, withBatchSize } from '../../src/model/makeClassifier.ts';
import { float32, isTensorOf, rows } from '../../src/onnx/tensor.ts';
import { readReference } from '../attribution/referenceData.ts';
import { recordingRuntime } from '../runtime/recordingRuntime.ts';

const { bytes, images } = readReference('lenet');

describe('a classifier with another batch size', () => {
  it('predicts in batches of that size, and leaves the other as it is', async () => {
    const { runtime, runs } = recordingRuntime();
    const classifier = await loadClassifier(bytes, { runtime });
    const changed = withBatchSize(classifier, 2);
    const count = images.dims[0] ?? 0;
    const rowCounts = async (run: () => Promise<unknown>) => {
      runs.length = 0;
      await run();
      return runs.flatMap((feeds) => Object.values(feeds).map(({ dims }) => dims[0]));
    };
    const inTwos = Array.from({ length: Math.ceil(count / 2) }, (_, i) => Math.min(2, count - 2 * i));
    expect(await rowCounts(() => changed.predict(images))).toEqual(inTwos);
    expect(await rowCounts(() => changed.scoresOf(images))).toEqual(inTwos);
    expect(await rowCounts(() => classifier.predict(images))).toEqual([count]);
    await changed.release();
    expect(await classifier.predict(images)).toHaveLength(count);
    await classifier.release();
  });

  it('needs a size that the model can take', async () => {
    const classifier = await loadClassifier(bytes, recordingRuntime());
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => withBatchSize(classifier, size)).toThrow(ArgumentError);
    const single = derive(classifier, { preparation: { ...classifier.preparation, batched: false }, batchSize: 1 });
    expect(() => withBatchSize(single, 2)).toThrow(/one image at a time/);
    expect(withBatchSize(single, 1).batchSize).toBe(1);
    await classifier.release();
  });
});

describe('a derived classifier', () => {
  it('predicts with its own model, and is released by itself', async () => {
    const recording = recordingRuntime();
    const classifier = await loadClassifier(bytes, recording);
    const { model } = classifier;
    const initializers = new Map(
      [...model.graph.initializers].map(([name, value]) => [
        name,
        isTensorOf(value, 'float32')
          ? float32(
              value.dims,
              value.data.map(() => 0),
            )
          : value,
      ]),
    );
    const blank = derive(classifier, { model: { ...model, graph: { ...model.graph, initializers } } });
    expect([...(await blank.scoresOf(images)).data].every((score) => score === 0)).toBe(true);
    expect((await classifier.scoresOf(images)).data.some((score) => score !== 0)).toBe(true);
    const [layer = ''] = [model.graph.nodes[0]?.outputs[0]];
    const units = unitScores(classifier, layer);
    expect((await units.scoresOf(images)).dims).toEqual([images.dims[0], units.scores.width]);
    await Promise.all([units.release(), blank.release()]);
    await classifier.scoresOf(images);
    await classifier.release();
    expect(recording.releases).toBe(recording.opened);
  });
});

describe('relevance methods', () => {
  it('share one model with merged biases: a session each, and one to look at it', async () => {
    const recording = recordingRuntime();
    const classifier = await loadClassifier(bytes, recording);
    const methods = relevanceMethods.map((kind) => kind.create({}));
    const before = recording.opened;
    await explain(classifier, rows(images, 0, 1), methods);
    expect(recording.opened - before).toBe(methods.length + 1);
    await explain(classifier, rows(images, 0, 1), methods.slice(0, 1));
    expect(recording.opened - before).toBe(methods.length + 2);
    await classifier.release();
    expect(recording.releases).toBe(recording.opened);
  });
});
