// Trains the networks of the four papers on MNIST and says how accurate they are: a table, and JSON with --json FILE.
//   npm run train:papers -- FOLDER [--only a1,a2,b,c,d] [--seeds 3] [--first-seed 1] [--threads 2] [--updates N] [--no-decay] [--out FOLDER] [--json FILE]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Dataset } from '../src/datasets/dataset.ts';
import { readIdxFolder } from '../src/datasets/idxFolder.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { trainPaperNetwork } from '../src/studies/paperNetwork.ts';
import { type ArchitectureName, architectures } from '../src/training/architectures.ts';
import type { Progress } from '../src/training/plan.ts';
import { type Recipe, recipes } from '../src/training/recipes.ts';

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
    'first-seed': { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    updates: { type: 'string' },
    'no-decay': { type: 'boolean', default: false },
    out: { type: 'string' },
    json: { type: 'string' },
  },
});

/** `--no-decay`: by the recipe without its weight decay. */
const variant = values['no-decay'] ? 'no-decay' : undefined;

function report({ step, updates, loss, history }: Progress): void {
  if (step % 1000 !== 0) return;
  const accuracy = history.at(-1)?.accuracy;
  const validated = accuracy === undefined ? '' : `, validation ${accuracy.toFixed(4)}`;
  process.stderr.write(`  ${step}/${updates}: loss ${loss.toFixed(4)}${validated}\n`);
}

async function trainOne(network: ArchitectureName, seed: number, dataset: Dataset) {
  const recipe: Recipe = recipes[network];
  const start = performance.now();
  let updates = 0;
  const { model, accuracy, validation } = await trainPaperNetwork(network, seed, {
    runtime,
    dataset,
    updates: values.updates === undefined ? undefined : Number(values.updates),
    variant,
    onProgress(progress) {
      updates = progress.step;
      report(progress);
    },
  });
  const seconds = (performance.now() - start) / 1000;
  if (values.out !== undefined)
    writeFileSync(
      join(values.out, `${[network, seed, ...(variant ? [variant] : [])].join('-')}.onnx`),
      writeModel(model),
    );
  const row: Row = {
    network,
    seed,
    updates,
    validation: validation ?? null,
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
const runtime = nodeRuntime({ threads: Number(values.threads) });
const mnist = await readIdxFolder(folder);
const rows: Row[] = [];
for (const network of names.filter(isArchitecture)) {
  const first = Number(values['first-seed']);
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
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
