// Trains the four networks of mosaics with fixed seeds, writes them with their descriptions and says how well they answer.
//   npm run mosaics -- FOLDER [--only value,labels,segmenter,detector] [--seed 1] [--threads 2] [--updates N] [--json FILE]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mosaicLearning } from '../src/app/mosaicLearning.ts';
import { trainNetwork } from '../src/app/trainNetwork.ts';
import { loadMosaics } from '../src/datasets/mosaic/loadMosaics.ts';
import { settingsOf } from '../src/model/inputDescription.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type MosaicNetworkName, mosaicNetworks } from '../src/training/mosaic/networks.ts';
import { mosaicRecipes } from '../src/training/mosaic/recipes.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: 'value,labels,segmenter,detector' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    updates: { type: 'string' },
    json: { type: 'string' },
  },
});

function isNetwork(name: string): name is MosaicNetworkName {
  return Object.hasOwn(mosaicNetworks, name);
}

const [folder] = positionals;
const names = values.only.split(',').map((name) => `mosaic-${name}`);
const unknown = names.filter((name) => !isNetwork(name));
if (folder === undefined || unknown.length > 0) {
  const complaint = unknown.length > 0 ? `There is no network ${unknown.join(', ')}.` : 'No folder given.';
  const networks = Object.keys(mosaicNetworks).map((name) => name.replace('mosaic-', ''));
  process.stderr.write(`${complaint} Usage: npm run mosaics -- FOLDER [--only ${networks}]\n`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const runtime = nodeRuntime({ threads: Number(values.threads) });
const mosaics = await loadMosaics();
const seed = Number(values.seed);
const rows: object[] = [];
for (const name of names.filter(isNetwork)) {
  const { optimizer, learningRate, updates: usual, batchSize } = mosaicRecipes[name];
  const updates = values.updates === undefined ? usual : Number(values.updates);
  const { learned, described } = mosaicLearning(runtime, name, mosaics);
  const start = performance.now();
  const {
    bytes,
    input,
    figures = [],
  } = await trainNetwork(runtime, mosaicNetworks[name].build(seed), {
    ...learned,
    optimizer: optimizer(),
    learningRate: (step) => learningRate((step * usual) / updates),
    length: { updates },
    batchSize,
    seed,
    progress: (done, of, what) => process.stderr.write(`${name} ${done}/${of} ${what}\n`),
  });
  const seconds = (performance.now() - start) / 1000;
  const path = join(folder, name.replace('mosaic-', ''));
  writeFileSync(`${path}.onnx`, bytes);
  writeFileSync(`${path}.konkyo.json`, `${JSON.stringify({ ...settingsOf(input), ...described }, null, 2)}\n`);
  rows.push({ name, seed, updates, seconds, ...Object.fromEntries(figures.map(({ id, value }) => [id, value])) });
  const measured = figures.map(({ title, value }) => `${title} ${value.toFixed(4)}`).join(', ');
  process.stdout.write(`${name}: ${updates} updates, ${seconds.toFixed(0)} s: ${measured}\n`);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
