// Known results on a trained network: which maps notice random weights, and which point at pixels the decision needs.
//   npx tsx scripts/sanity.ts MNIST_FOLDER [--network c] [--images 100] [--updates 2400] [--seed 0] [--threads 2] [--json FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explain } from '../src/attribution/explain.ts';
import { isEvidence } from '../src/attribution/method.ts';
import { readIdxFolder } from '../src/datasets/idxFolder.ts';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { checkMaps } from '../src/faithfulness/checkMaps.ts';
import { randomisedCorrelations } from '../src/faithfulness/parameterRandomisation.ts';
import { methodKinds } from '../src/methods.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { weightedLayers } from '../src/model/randomWeights.ts';
import { concatRows } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type ArchitectureName, architectures } from '../src/training/architectures.ts';
import { adam } from '../src/training/optimizers.ts';
import { cosine } from '../src/training/schedules.ts';
import { trainModel } from '../src/training/train.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    network: { type: 'string', default: 'c' },
    images: { type: 'string', default: '100' },
    updates: { type: 'string', default: '2400' },
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const [folder] = positionals;
const isArchitecture = (name: string): name is ArchitectureName => Object.hasOwn(architectures, name);
if (folder === undefined || !isArchitecture(values.network)) {
  process.stderr.write(`Usage: npx tsx scripts/sanity.ts MNIST_FOLDER [--network ${Object.keys(architectures)}]\n`);
  process.exit(2);
}
const seed = Number(values.seed);
const runtime = nodeRuntime({ threads: Number(values.threads) });
const say = (text: string) => process.stderr.write(`${text}\n`);

const mnist = await readIdxFolder(folder);
say(`Training network ${values.network}`);
const updates = Number(values.updates);
const { model } = await trainModel(runtime, architectures[values.network].build(seed), {
  optimizer: adam(),
  learningRate: cosine(0.005, updates),
  length: { updates },
  batchSize: 100,
  images: mnist.train,
  seed,
});
const classifier = await loadClassifier(writeModel(model), { runtime });
const images = Array.from({ length: Number(values.images) }, (_, i) => {
  const { data, height, width } = imageAt(mnist.test, i);
  return toInput({ data, height, width, channels: 1 }, classifier.input);
});
const predictions = await classifier.predict(concatRows(images));
const right = predictions.filter(({ chosen }, i) => chosen === imageAt(mnist.test, i).label).length;
say(`${right} of ${images.length} test images right`);

const methods = methodKinds.map((kind) => kind.create({})).filter(isEvidence);
const explanations = await explain(classifier, concatRows(images), methods, {
  progress: (done, total, what) => say(`[${done}/${total}] ${what}`),
  onRefused: ({ title }, { message }) => say(`Left out: ${title}: ${message}`),
});
const mean = (numbers: readonly (number | undefined)[]) => {
  const found = numbers.filter((value) => value !== undefined);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
};
const toCheck = explanations.flatMap(({ maps, image: position }) =>
  maps.flatMap((map) => images.slice(position, position + 1).map((image) => ({ map, image, position }))),
);
const meansByMethod = (found: readonly (number | undefined)[]) =>
  (explanations[0]?.maps ?? []).map(({ method }) => mean(found.filter((_, i) => toCheck[i]?.map.method === method)));
const cascade: (readonly number[])[] = [];
for (let layers = 1; layers <= weightedLayers(classifier).length; layers++) {
  say(`Random weights in ${layers} layers from the scores`);
  cascade.push(meansByMethod(await randomisedCorrelations(classifier, toCheck, { seed, layers })));
}
say('Deletion and insertion');
const checked = await checkMaps(classifier, images, explanations, { seed });
const rows = (explanations[0]?.maps ?? []).map(({ method }, k) => {
  const checks = checked.flatMap(({ maps }) => maps[k]?.checks?.['deletion-insertion'] ?? []);
  return {
    method: method.id,
    deletion: mean(checks.map(({ curves }) => curves.deletion.area)),
    insertion: mean(checks.map(({ curves }) => curves.insertion.area)),
    randomWeights: cascade.map((column) => column[k] ?? Number.NaN),
  };
});
const first = checked.flatMap(({ maps }) =>
  maps.flatMap(({ checks }) => checks?.['deletion-insertion'] ?? []).slice(0, 1),
);
const baselines = (['random', 'edges'] as const).map((method) => ({
  method,
  deletion: mean(first.map((checks) => checks[method].deletion.area)),
  insertion: mean(first.map((checks) => checks[method].insertion.area)),
  randomWeights: [],
}));
const cell = (value: number) => value.toFixed(3).padStart(9);
const layerHeads = cascade.map((_, i) => `top ${i + 1}`.padStart(9)).join('');
process.stdout.write(`${'method'.padEnd(30)} deletion insertion${layerHeads}\n`);
for (const { method, deletion, insertion, randomWeights } of [...rows, ...baselines]) {
  const numbers = [deletion, insertion, ...randomWeights].map(cell).join('');
  process.stdout.write(`${method.padEnd(30)}${numbers}\n`);
}
await classifier.release();
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify([...rows, ...baselines], null, 2)}\n`);
