import { expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { loadDigits } from '../../src/datasets/digits.ts';
import { imageAt } from '../../src/datasets/labelledImages.ts';
import { checkMaps } from '../../src/faithfulness/checkMaps.ts';
import { methodKind } from '../../src/methods.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { toInput } from '../../src/model/pixels.ts';
import { concatRows } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { adam } from '../../src/training/optimizers.ts';
import { cosine } from '../../src/training/schedules.ts';
import { trainModel } from '../../src/training/train.ts';
import { cpu } from '../runtimes.ts';
import { readReference } from './referenceData.ts';

const updates = 400;

it('on a transformer trained on digits, attn-lrp finds the pixels better than input x gradient', async () => {
  const untrained = await loadClassifier(readReference('vit_mini').bytes, { runtime: cpu });
  const { train, test } = await loadDigits();
  const { model } = await trainModel(cpu, untrained.model, {
    optimizer: adam(),
    learningRate: cosine(0.003, updates),
    length: { updates },
    batchSize: 50,
    images: train,
    seed: 0,
  });
  const classifier = await loadClassifier(writeModel(model), { runtime: cpu });
  const digits = Array.from({ length: 50 }, (_, i) => imageAt(test, i));
  const images = digits.map(({ data, height, width }) =>
    toInput({ data, height, width, channels: 1 }, classifier.input),
  );
  const predictions = await classifier.predict(concatRows(images));
  const right = predictions.filter(({ chosen }, i) => chosen === digits[i]!.label).length;
  expect(right).toBeGreaterThan(40);

  const methods = ['input-x-gradient', 'attn-lrp'].map((id) => methodKind(id).create({}));
  const checkedImages = images.slice(0, 25);
  const explanations = await explain(classifier, concatRows(checkedImages), methods);
  const checked = await checkMaps(classifier, checkedImages, explanations, { seed: 0 });
  const [gradient = 0, relevance = 0] = methods.map((_, k) => {
    const areas = checked.map(({ maps }) => maps[k]!.checks!['deletion-insertion']!.curves.deletion.area);
    return areas.reduce((sum, area) => sum + area, 0) / areas.length;
  });
  expect(relevance).toBeLessThan(gradient);
});
