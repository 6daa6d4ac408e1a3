// What the choice of default methods rests on: each method's maps judged by the checks, and what they cost, over some images.
//   npx tsx scripts/methodEvidence.ts MODEL.onnx IMAGE... [--order BGR] [--scale N] [--mean A,B,C] [--std A,B,C]
//     [--method IDS] [--steps N] [--threads 2] [--each]

import { parseArgs } from 'node:util';
import { explain } from '../src/attribution/explain.ts';
import { isEvidence } from '../src/attribution/method.ts';
import { chosenMethods } from '../src/cli/methodFlags.ts';
import { checkMaps } from '../src/faithfulness/checkMaps.ts';
import { figuresOf, lampOfMap, numbersOf } from '../src/faithfulness/checks.ts';
import { isKonkyoError } from '../src/konkyoError.ts';
import { wordsIn } from '../src/language/words.ts';
import { methodKinds } from '../src/methods.ts';
import { openImageFiles } from '../src/node/imageFiles.ts';
import { loadModelFile } from '../src/node/modelFile.ts';
import { concatRows, type Tensor } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    order: { type: 'string' },
    scale: { type: 'string' },
    mean: { type: 'string' },
    std: { type: 'string' },
    method: { type: 'string' },
    steps: { type: 'string' },
    tolerance: { type: 'string' },
    window: { type: 'string' },
    stride: { type: 'string' },
    samples: { type: 'string' },
    cells: { type: 'string' },
    threads: { type: 'string', default: '2' },
    each: { type: 'boolean', default: false },
  },
});
const [model = '', ...inputs] = positionals;
const numbers = (text: string | undefined) => text?.split(',').map(Number);
const input = {
  ...(values.order === 'BGR' ? { order: 'BGR' as const } : {}),
  ...(values.scale === undefined ? {} : { scale: Number(values.scale) }),
  ...(values.mean === undefined ? {} : { mean: numbers(values.mean) }),
  ...(values.std === undefined ? {} : { std: numbers(values.std) }),
};
const loading = performance.now();
const classifier = await loadModelFile(model, { runtime: nodeRuntime({ threads: Number(values.threads) }), input });
console.log(`load ${((performance.now() - loading) / 1000).toFixed(2)} s, batches of ${classifier.batchSize}`);
const images: Tensor<'float32'>[] = [];
for (const source of await openImageFiles(inputs, classifier)) images.push((await source.read()).image);
const batch = concatRows(images);
await classifier.predict(batch);
const full = concatRows(Array.from({ length: classifier.batchSize }, (_, i) => images[i % images.length] ?? batch));
const start = performance.now();
const rounds = 5;
for (let i = 0; i < rounds; i++) await classifier.predict(full);
const forward = (performance.now() - start) / 1000 / rounds / classifier.batchSize;
console.log(`a forward pass in a full batch ${(forward * 1000).toFixed(2)} ms`);
const fast = methodKinds.filter(({ id }) => id !== 'noncontributing').map(({ id }) => id);
const methods = chosenMethods(values.method ?? fast.join(), values).filter(isEvidence);
console.log(
  'method | believe | careful | not | no lamp | deletion | insertion | random weights | gap | seconds an image | forward passes',
);
for (const method of methods) {
  try {
    const compiling = performance.now();
    const explanations = await explain(classifier, batch, [method]);
    const seconds = (performance.now() - compiling) / 1000;
    const checked = await checkMaps(classifier, images, explanations);
    const maps = checked.flatMap(({ maps }) => maps);
    const count = (lamp: string) => maps.filter((map) => lampOfMap(map) === lamp).length;
    const mean = (name: string) => {
      const all = maps.flatMap((map) => numbersOf(map)[name] ?? []);
      return all.length === 0 ? '' : (all.reduce((a, b) => a + Math.abs(b), 0) / all.length).toFixed(3);
    };
    const own = maps.reduce((sum, { secondsForAll }) => sum + secondsForAll, 0) / maps.length / images.length;
    console.log(
      [
        method.id,
        count('good'),
        count('fair'),
        count('poor'),
        count('neutral'),
        mean('deletionArea'),
        mean('insertionArea'),
        mean('randomWeightsCorrelation'),
        mean('completenessGap'),
        (seconds / images.length).toFixed(2),
        (own / forward).toFixed(0),
      ].join(' | '),
    );
    if (values.each) {
      for (const [i, map] of maps.entries()) {
        const words = figuresOf(map, wordsIn('en'));
        console.log(
          `    ${inputs[i]}: ${words.map(({ label, value, verdict }) => `${label} ${value} ${verdict}`).join('; ')}`,
        );
      }
    }
  } catch (error) {
    if (!isKonkyoError(error)) throw error;
    console.log(`${method.id} | left out: ${error.message}`);
  }
}
await classifier.release();
