// How much of the maps of non-contributing pixels is of their images, and of what the network learnt: three networks and their twins
// with random weights. Each network's maps are compared with those of the next one, which was trained from other first weights.
//   npm run check:maps -- --models FOLDER --dataset NAME|FOLDER [--seeds 3] [--images 20] [--iterations 300] [--noise 100] [--threads 1]
//     FOLDER has c-1.onnx, c-2.onnx, ... (npm run train:papers -- DATASET --only c --seeds 3 --out FOLDER)
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { imageAt } from '../src/datasets/labelledImages.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { withRandomWeights } from '../src/model/randomWeights.ts';
import { openDataset } from '../src/node.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { scoped } from '../src/runtime/release.ts';
import { compileNoncontributing } from '../src/studies/noncontributing/noncontributing.ts';
import {
  centred,
  identification,
  type Likeness,
  likenessOfDifferent,
  likenessOfPairs,
  type PlainMap,
} from '../src/studies/noncontributing/paper/mapControls.ts';
import { fastSchedule } from '../src/studies/noncontributing/schedules.ts';
import { overSeeds } from '../src/studies/paper.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '.' },
    dataset: { type: 'string', default: 'digits' },
    seeds: { type: 'string', default: '3' },
    images: { type: 'string', default: '20' },
    iterations: { type: 'string', default: '300' },
    noise: { type: 'string', default: '100' },
    threads: { type: 'string', default: '1' },
  },
});

// All amplitudes made smaller by one factor in the end would change no order of pixels.
const schedule = fastSchedule({ iterations: Number(values.iterations), images: Number(values.noise) });
const runtime = nodeRuntime({ threads: Number(values.threads) });
const { test } = await openDataset(values.dataset);

async function mapsOf(classifier: Classifier, seed: number): Promise<PlainMap[]> {
  return scoped(async (keep) => {
    const pixels = await keep(compileNoncontributing(classifier, { seed, schedule, settle: false }));
    const maps: PlainMap[] = [];
    for (let i = 0; i < Number(values.images); i++) {
      const image = toInput({ ...imageAt(test, i), channels: 1 }, classifier.input);
      maps.push((await pixels.find(image)).amplitude.data);
    }
    return maps;
  });
}

interface Network {
  readonly trained: readonly PlainMap[];
  readonly random: readonly PlainMap[];
}

const networks: Network[] = [];
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  await scoped(async (keep) => {
    const model = new Uint8Array(readFileSync(join(values.models, `c-${seed}.onnx`)));
    const classifier = await keep(loadClassifier(model, { runtime }));
    const trained = await mapsOf(classifier, seed);
    const random = await mapsOf(await keep(withRandomWeights(classifier, { seed })), seed);
    networks.push({ trained, random });
    process.stderr.write(`network ${seed}\n`);
  });
}

function report(what: string, of: (network: Network, next: Network) => number): void {
  const found = networks.map((network, i) => of(network, networks[(i + 1) % networks.length] ?? network));
  const { ours, spread } = overSeeds(found);
  process.stdout.write(`${what.padEnd(64)} ${ours?.toFixed(3)} ±${spread?.toFixed(3) ?? '-'}\n`);
}

function both(what: string, of: (network: Network, next: Network) => Likeness): void {
  report(`${what}, whole image`, (network, next) => of(network, next).whole);
  report(`${what}, inner part`, (network, next) => of(network, next).inner);
}

both('different images', ({ trained }) => likenessOfDifferent(trained));
both('random weights', ({ trained, random }) => likenessOfPairs(trained, random));
both('random weights, less the mean maps', ({ trained, random }) => likenessOfPairs(centred(trained), centred(random)));
both('trained again, less the mean maps', (a, b) => likenessOfPairs(centred(a.trained), centred(b.trained)));
both('maps trained again that pick their image', (a, b) => identification(b.trained, a.trained));
both('maps of random weights that pick their image', ({ trained, random }) => identification(random, trained));
