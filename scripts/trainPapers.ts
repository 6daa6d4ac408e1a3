// Trains the networks of the four papers on MNIST and says how accurate they are: a table, and JSON with --json FILE.
//   npm run train:papers -- FOLDER [--only a1,a2,b,c,d] [--seeds 3] [--threads 2] [--updates N] [--out FOLDER] [--json FILE]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readIdxFolder } from '../src/datasets/idxFolder.ts';
import { type LabelledImages, selectImages } from '../src/datasets/labelledImages.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { accuracyOf } from '../src/training/accuracy.ts';
import { type ArchitectureName, architectures } from '../src/training/architectures.ts';
import { type Recipe, recipes } from '../src/training/recipes.ts';
import { type Progress, train } from '../src/training/train.ts';
import { makeTrainer } from '../src/training/trainer.ts';
import { trainingImages } from '../src/training/trainingImages.ts';

interface Row {
  readonly network: ArchitectureName;
  readonly seed: number;
  readonly updates: number;
  readonly validation: number | null;
  readonly accuracy: number;
  readonly paper: number | null;
  readonly seconds: number;
  readonly millisecondsAnUpdate: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: 'a1,a2,b,c,d' },
    seeds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    updates: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'string' },
  },
});

function split(images: LabelledImages, held: number): { images: LabelledImages; validation?: LabelledImages } {
  if (held === 0) return { images };
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const rest = images.count - held;
  return {
    images: selectImages(images, numbers(0, rest)),
    validation: selectImages(images, numbers(rest, images.count)),
  };
}

function report({ step, updates, loss, history }: Progress): void {
  if (step % 1000 !== 0) return;
  const accuracy = history.at(-1)?.accuracy;
  const validated = accuracy === undefined ? '' : `, validation ${accuracy.toFixed(4)}`;
  process.stderr.write(`  ${step}/${updates}: loss ${loss.toFixed(4)}${validated}\n`);
}

async function trainOne(
  network: ArchitectureName,
  seed: number,
  mnist: { train: LabelledImages; test: LabelledImages },
) {
  const recipe: Recipe = recipes[network];
  const runtime = nodeRuntime({ threads: Number(values.threads) });
  const trainer = await makeTrainer(runtime, architectures[network].build(seed), { optimizer: recipe.optimizer() });
  const data = split(mnist.train, recipe.validationImages);
  const start = performance.now();
  const { learningRate, batchSize } = recipe;
  const length = values.updates === undefined ? recipe.length : { updates: Number(values.updates) };
  const result = await train(trainer, { ...data, length, learningRate, batchSize, seed, onProgress: report });
  const seconds = (performance.now() - start) / 1000;
  const test = trainingImages(mnist.test, trainer.input, trainer.step.classes);
  const accuracy = await accuracyOf(runtime, result.model, test);
  await trainer.release();
  if (values.out !== undefined) writeFileSync(join(values.out, `${network}-${seed}.onnx`), writeModel(result.model));
  const updates = result.checkpoint.state.step;
  const row: Row = {
    network,
    seed,
    updates,
    validation: result.checkpoint.best?.accuracy ?? null,
    accuracy,
    paper: recipe.paperAccuracy,
    seconds,
    millisecondsAnUpdate: (1000 * seconds) / updates,
  };
  return row;
}

function isArchitecture(name: string): name is ArchitectureName {
  return Object.hasOwn(architectures, name);
}

const [folder] = positionals;
const names = values.only.split(',');
const unknown = names.filter((name) => !isArchitecture(name));
if (folder === undefined || unknown.length > 0) {
  const complaint = unknown.length > 0 ? `No network named ${unknown.join(', ')}.` : 'No folder given.';
  process.stderr.write(
    `${complaint} Usage: npm run train:papers -- MNIST_FOLDER [--only ${Object.keys(architectures)}]\n`,
  );
  process.exit(2);
}
const mnist = await readIdxFolder(folder);
const rows: Row[] = [];
for (const network of names.filter(isArchitecture)) {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    process.stderr.write(`${network}, seed ${seed}: ${architectures[network].title}\n`);
    rows.push(await trainOne(network, seed, mnist));
  }
}
const cell = (value: number | null, digits = 4) => (value === null ? '' : value.toFixed(digits)).padStart(10);
process.stdout.write('network seed  updates validation      test     paper   seconds  ms/update\n');
for (const row of rows) {
  const start = `${row.network.padEnd(7)} ${String(row.seed).padStart(4)} ${String(row.updates).padStart(8)}`;
  const timing = `${cell(row.seconds, 1)} ${cell(row.millisecondsAnUpdate, 2)}`;
  process.stdout.write(`${start} ${cell(row.validation)}${cell(row.accuracy)}${cell(row.paper)}${timing}\n`);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
