// Do rules hold when they are read as logic, and how far do graded literals get? Networks a1 and a2 as `npm run train:papers` leaves them
// (a1-1.onnx), on the test images of the data set they were trained on; each kind with mean and spread over its networks.
//   npm run check:rules -- DATASET_FOLDER NETWORK.onnx... [--graded]
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { readIdxFolder } from '../src/datasets/idxFolder.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { extractRules } from '../src/studies/booleanRules/extractRules.ts';
import { seenImages } from '../src/studies/booleanRules/featureData.ts';
import { judgeRules } from '../src/studies/booleanRules/judgeRules.ts';
import { decidedFigures, gradedFigures } from '../src/studies/booleanRules/paper/trainedFigures.ts';
import { type NetworkName, tuningOf } from '../src/studies/booleanRules/paper/tuning.ts';
import { overSeeds } from '../src/studies/paper.ts';
import { imagesFor } from '../src/studies/paperNetwork.ts';
import { recipes } from '../src/training/recipes.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { graded: { type: 'boolean' } } });
const [folder, ...networks] = positionals;
if (folder === undefined || networks.length === 0) {
  process.stderr.write('Usage: npm run check:rules -- DATASET_FOLDER NETWORK.onnx... [--graded]\n');
  process.exit(2);
}
const dataset = await readIdxFolder(folder);
const { images: training, validation = dataset.test } = imagesFor(dataset, recipes.a1);
const images = { training, validation };

const rows: { readonly name: NetworkName; readonly figures: Readonly<Record<string, number>> }[] = [];
for (const network of networks) {
  const [, name, seed] = /^(a1|a2)-(\d+)\.onnx$/.exec(basename(network)) ?? [];
  if (name !== 'a1' && name !== 'a2') throw new Error(`${network} is not called a1-SEED.onnx or a2-SEED.onnx.`);
  const classifier = await loadClassifier(readFileSync(network), { runtime: nodeRuntime({ threads: 1 }) });
  const extraction = await extractRules(classifier, images, { prices: [0.0002] });
  const figures = judgeRules(extraction, await seenImages(classifier, extraction.head, dataset.test));
  const tuning = tuningOf(name, false, Number(seed));
  const alone = figures.sets.find(({ from }) => from === 'primes alone');
  const decided = await decidedFigures(classifier, extraction, images, dataset, tuning.decided);
  const graded = values.graded
    ? await gradedFigures(classifier, extraction, images, dataset, tuning.graded)
    : undefined;
  const found = {
    network: figures.networkAccuracy,
    'primes alone: accuracy': alone?.ruleAccuracy ?? Number.NaN,
    'primes alone: one right': alone?.holding.oneRight ?? Number.NaN,
    'implicants: accuracy': figures.ruleAccuracy,
    'implicants: one right': figures.holding.oneRight,
    'tuned: one right': decided.holding.oneRight,
    'tuned: accuracy': decided.accuracy,
    'tuned: fidelity': decided.fidelity,
    'tuned: fidelity to the network before': decided.fidelityBefore,
    'tuned: the network': decided.networkAccuracy,
    'tuned: literals': decided.literals,
    'tuned: longest': decided.longest,
    'graded: accuracy': graded?.accuracy ?? Number.NaN,
    'graded: rounded': graded?.rounded ?? Number.NaN,
  };
  rows.push({ name, figures: found });
  process.stdout.write(`${network} ${JSON.stringify(found)}\n`);
  await classifier.release();
}
for (const kind of ['a1', 'a2'] as const) {
  const own = rows.filter(({ name }) => name === kind);
  for (const figure of Object.keys(own[0]?.figures ?? {})) {
    const { ours, spread } = overSeeds(own.map(({ figures }) => figures[figure] ?? Number.NaN));
    if (ours !== null) process.stdout.write(`${kind} ${figure}: ${ours.toFixed(4)} ± ${(spread ?? 0).toFixed(4)}\n`);
  }
}
