// Regions of the units of networks d as they are, and of networks that see two digits of which one is the label: figures of each seed.
//   npm run check:regions -- MNIST_FOLDER NETWORKS_FOLDER [--seeds 1,2,3] [--epochs 15] [--only given,planted] [--train 60000]
// NETWORKS_FOLDER has d-1.onnx, ... as `konkyo reproduce regions --models` and `npm run train:papers` leave them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readIdxFolder } from '../src/datasets/idxFolder.ts';
import { selectImages } from '../src/datasets/labelledImages.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { overSeeds } from '../src/studies/paper.ts';
import { figuresOfTwoDigits, regionsAsGiven, type SeedFigure } from '../src/studies/unitRegions/paper/figures.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '15' },
    only: { type: 'string', default: 'given,planted' },
    train: { type: 'string', default: '60000' },
  },
});
const [folder, networks] = positionals;
if (folder === undefined || networks === undefined) {
  process.stderr.write(
    'Usage: npm run check:regions -- MNIST_FOLDER NETWORKS_FOLDER [--seeds 1,2,3] [--only given,planted]\n',
  );
  process.exit(2);
}
const { train, test } = await readIdxFolder(folder);
const count = Math.min(train.count, Number(values.train));
const dataset = {
  train: selectImages(
    train,
    Array.from({ length: count }, (_, i) => i),
  ),
  test,
};
const runtime = nodeRuntime({ threads: 1 });
const all = new Map<string, number[]>();

function say(seed: number, figures: readonly SeedFigure[]): void {
  for (const { id, value } of figures) {
    all.set(id, [...(all.get(id) ?? []), value]);
    process.stdout.write(`seed ${seed}  ${id.padEnd(22)} ${Number(value.toPrecision(4))}\n`);
  }
}

for (const seed of values.seeds.split(',').map(Number)) {
  if (values.only.includes('given')) {
    const classifier = await loadClassifier(readFileSync(join(networks, `d-${seed}.onnx`)), { runtime });
    say(seed, (await regionsAsGiven(classifier, dataset, seed)).figures);
    await classifier.release();
  }
  if (values.only.includes('planted')) {
    say(seed, await figuresOfTwoDigits(runtime, dataset, { seed, epochs: Number(values.epochs) }));
  }
}
for (const [id, own] of all) {
  const { ours, spread } = overSeeds(own);
  process.stdout.write(`${id.padEnd(22)} ${ours?.toPrecision(4)} ± ${spread?.toPrecision(2)}\n`);
}
