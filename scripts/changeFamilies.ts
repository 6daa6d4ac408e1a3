// How far maps of non-contributing pixels hold for changes that took no part in their search: each kind of change is left out once.
//   npm run check:changes -- --models FOLDER --dataset NAME|FOLDER [--seeds 3] [--images 20] [--only "without blur,all"] [--tolerance 40%] [--draws 2000] [--threads 1] [--json FILE]
//     FOLDER has c-1.onnx, c-2.onnx, ... (npm run train:papers -- DATASET --only c --seeds 3 --out FOLDER)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseTolerance } from '../src/cli/noncontributingFlags.ts';
import { imageAt, type LabelledImages } from '../src/datasets/labelledImages.ts';
import { mean } from '../src/faithfulness/mean.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { openDataset } from '../src/node.ts';
import { concatRows, type Tensor } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { scoped } from '../src/runtime/release.ts';
import { type ChangeKind, changeKinds } from '../src/studies/noncontributing/changes/change.ts';
import { compileNoncontributing, type NoncontributingMap } from '../src/studies/noncontributing/noncontributing.ts';
import { innerPart } from '../src/studies/noncontributing/paper/innerPart.ts';
import { overSeeds } from '../src/studies/paper.ts';

/** What is searched with, by the name of what is left out. */
const searches: readonly { readonly name: string; readonly changes: readonly ChangeKind[] }[] = [
  { name: 'noise only', changes: ['independent'] },
  ...changeKinds.map((left) => ({ name: `without ${left}`, changes: changeKinds.filter((kind) => kind !== left) })),
  { name: 'all', changes: changeKinds },
];

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '.' },
    dataset: { type: 'string', default: 'digits' },
    seeds: { type: 'string', default: '3' },
    images: { type: 'string', default: '20' },
    only: { type: 'string' },
    tolerance: { type: 'string' },
    draws: { type: 'string', default: '2000' },
    threads: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});

interface Row {
  readonly search: string;
  readonly seed: number;
  readonly image: number;
  readonly meanAmplitude: number;
  readonly inner: number;
  readonly scaledBy: number;
  readonly kept: Readonly<Record<ChangeKind, number>>;
  readonly attackedLead: number;
  readonly attackedLeadClipped: number;
  readonly margin: number;
}

function rowOf(search: string, seed: number, image: number, found: NoncontributingMap): Row {
  const { amplitude, meanAmplitude, scaledBy, measured, structured, attacked } = found;
  const others = Object.fromEntries(structured.map(({ kind, kept }) => [kind, kept]));
  return {
    ...{ search, seed, image, meanAmplitude, scaledBy },
    inner: mean(innerPart(amplitude.data)),
    kept: { independent: measured.kept, ...others } as Row['kept'],
    attackedLead: attacked.lead,
    attackedLeadClipped: attacked.leadClipped,
    margin: attacked.margin,
  };
}

function inputAt({ input }: Classifier, images: LabelledImages, index: number): Tensor<'float32'> {
  const { data, height, width } = imageAt(images, index);
  return toInput({ data, height, width, channels: 1 }, input);
}

const line = (name: string, cells: readonly string[]) =>
  process.stdout.write(`${[name.padEnd(20), ...cells.map((cell) => cell.padStart(16))].join('')}\n`);

function report(rows: readonly Row[], seeds: readonly number[]): void {
  const figure = (name: string, of: (row: Row) => number, digits: number) => {
    const own = rows.filter(({ search }) => search === name);
    const { ours, spread } = overSeeds(seeds.map((seed) => mean(own.filter((row) => row.seed === seed).map(of))));
    return `${ours?.toFixed(digits)} ±${spread?.toFixed(digits) ?? '-'}`;
  };
  line('search', ['amplitude', 'inner', ...changeKinds, 'attacked', 'clipped', 'not lost']);
  for (const { name } of searches) {
    if (!rows.some(({ search }) => search === name)) continue;
    line(name, [
      figure(name, (row) => row.meanAmplitude, 3),
      figure(name, (row) => row.inner, 3),
      ...changeKinds.map((kind) => figure(name, (row) => row.kept[kind], 4)),
      figure(name, (row) => row.attackedLead, 2),
      figure(name, (row) => row.attackedLeadClipped, 2),
      figure(name, (row) => Number(row.attackedLead > 0), 3),
    ]);
    const own = rows.filter(({ search }) => search === name);
    const worst = (of: (row: Row) => number) => Math.min(...own.map(of)).toFixed(4);
    line('  worst', [
      worst((row) => row.meanAmplitude),
      worst((row) => row.inner),
      ...changeKinds.map((kind) => worst((row) => row.kept[kind])),
    ]);
  }
}

const tolerance = values.tolerance === undefined ? undefined : parseTolerance(values.tolerance);
const draws = Number(values.draws);
const runtime = nodeRuntime({ threads: Number(values.threads) });
const { test } = await openDataset(values.dataset);
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const rows: Row[] = [];
for (const seed of seeds) {
  await scoped(async (keep) => {
    const model = new Uint8Array(readFileSync(join(values.models, `c-${seed}.onnx`)));
    const classifier = await keep(loadClassifier(model, { runtime }));
    // Content of the last hundred test images is pasted; the first ones are explained.
    const others = concatRows(Array.from({ length: 100 }, (_, i) => inputAt(classifier, test, test.count - 1 - i)));
    for (const { name, changes } of searches) {
      if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
      const pixels = await keep(compileNoncontributing(classifier, { changes, others, seed, tolerance, draws }));
      for (let image = 0; image < Number(values.images); image++) {
        rows.push(rowOf(name, seed, image, await pixels.of(inputAt(classifier, test, image))));
      }
      process.stderr.write(`seed ${seed}, ${name}\n`);
      if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
    }
  });
}
report(rows, seeds);
