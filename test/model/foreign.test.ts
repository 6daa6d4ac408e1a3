import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { readImageFile } from '../../src/datasets/imageFile.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { toInput } from '../../src/model/pixels.ts';
import { concatRows, float32, sizeOf } from '../../src/onnx/tensor.ts';
import { decodeTensor } from '../../src/onnx/tensorProto.ts';
import { modelFolders } from '../onnx/operatorTests.ts';
import { cpu } from '../runtimes.ts';

const models = '../shared/models';

/** What the models' own files do not say. */
const settings: Readonly<Record<string, InputSettings>> = { 'ppocr-cls-paddle': { size: [48, 192] } };

function stored(folder: string, file: string) {
  const t = decodeTensor(fromBinary(TensorProtoSchema, readFileSync(join(folder, 'test_data_set_0', file))), new Map());
  return float32(t.dims, t.data as Float32Array);
}

describe.skipIf(!existsSync(models))('foreign classifiers (needs ../shared/models)', () => {
  it.each(modelFolders(models).map((folder) => ({ name: basename(folder), folder })))(
    '$name: upgraded, with a free batch, it gives the stored output',
    async ({ name, folder }) => {
      const bytes = readFileSync(join(folder, 'model.onnx'));
      const input = settings[name] ?? {};
      const classifier = await loadClassifier(bytes, { runtime: cpu, input, explain: 'output' });
      const { opset, upgradedFrom, batched, difference, notes } = classifier.preparation;
      expect({ opset, batched, notes }).toEqual({ opset: 21, batched: true, notes: [] });
      expect(upgradedFrom).toBeLessThan(21);
      // Optimised against not: sums in another order, through up to 121 layers.
      expect(difference).toBeLessThan(5e-5);

      // Twice in one batch: the same for both.
      const [image, output] = [stored(folder, 'input_0.pb'), stored(folder, 'output_0.pb')];
      const { data } = await classifier.scoresOf(concatRows([image, image]));
      const largest = Math.max(...output.data.map(Math.abs));
      const size = sizeOf(output.dims);
      const worst = Math.max(...data.map((score, i) => Math.abs(score - output.data[i % size]!)));
      expect(worst).toBeLessThan(1e-5 * largest);

      const [prediction] = await classifier.predict(image);
      expect(prediction!.chosen).toBe(output.data.indexOf(Math.max(...output.data)));
      await classifier.release();
    },
  );

  it('SqueezeNet names a kitten and a fish', async () => {
    const bytes = readFileSync(join(models, 'squeezenet11-fp32-derived', 'model.onnx'));
    const input: InputSettings = { order: 'BGR', scale: 1, mean: [104, 117, 123] };
    const classifier = await loadClassifier(bytes, { runtime: cpu, input });
    const pictures = await Promise.all(['kitten_224.png', 'fish.png'].map((file) => readImageFile(join(models, file))));
    const predictions = await classifier.predict(concatRows(pictures.map((p) => toInput(p, classifier.input))));
    expect(predictions.map(({ chosen }) => chosen)).toEqual([281, 389]);
    expect(classifier.scores).toMatchObject({ before: 'Softmax', width: 1000 });
    await classifier.release();
  });
});
