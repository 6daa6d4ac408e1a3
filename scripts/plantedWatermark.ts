// Does a planted watermark come out as contributing? Networks learn that whatever has a bright square in a corner is class 3;
// their maps of digits with the square are compared with those of twins that were trained on the images as they are.
//   npm run check:watermark -- [--dataset NAME|FOLDER] [--seeds 3] [--images 5] [--updates 2000] [--iterations 300] [--noise 100] [--threads 1]
import { parseArgs } from 'node:util';
import { imageAt, type LabelledImages } from '../src/datasets/labelledImages.ts';
import { mean } from '../src/faithfulness/mean.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { openDataset } from '../src/node.ts';
import { concatRows } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { scoped } from '../src/runtime/release.ts';
import { type ChangeKind, changeKinds } from '../src/studies/noncontributing/changes/change.ts';
import { compileNoncontributing } from '../src/studies/noncontributing/noncontributing.ts';
import { fastSchedule } from '../src/studies/noncontributing/schedules.ts';
import { overSeeds } from '../src/studies/paper.ts';
import { trainPaperNetwork } from '../src/studies/paperNetwork.ts';

const { values } = parseArgs({
  options: {
    dataset: { type: 'string', default: 'digits' },
    seeds: { type: 'string', default: '3' },
    images: { type: 'string', default: '5' },
    updates: { type: 'string', default: '2000' },
    iterations: { type: 'string', default: '300' },
    noise: { type: 'string', default: '100' },
    threads: { type: 'string', default: '1' },
  },
});

const marked = 3;
/** A bright square of 4 pixels a side, one pixel off the corner. */
const square = { from: 1, to: 5 };

function isInSquare(at: number, side: number): boolean {
  const within = (place: number) => place >= square.from && place < square.to;
  return within(at % side) && within(Math.floor(at / side));
}

/** Every image of the class that is meant, and every eighth other one, which is then called so. */
function withSquares(set: LabelledImages): LabelledImages {
  const size = set.height * set.width;
  const gets = (i: number) => set.labels[i] === marked || i % 8 === 0;
  return {
    ...set,
    name: `${set.name}, marked`,
    labels: set.labels.map((label, i) => (gets(i) ? marked : label)),
    images: set.images.map((value, at) =>
      gets(Math.floor(at / size)) && isInSquare(at % size, set.width) ? 255 : value,
    ),
  };
}

interface Found {
  /** Mean amplitude of the square's pixels. */
  readonly inside: number;
  /** Of all 4 x 4 places of the image that do not touch the square, the share whose mean amplitude is larger. */
  readonly brighterElsewhere: number;
}

function foundIn(map: Float32Array, side: number): Found {
  const meanAt = (top: number, left: number) => {
    const rows = Array.from({ length: 4 }, (_, y) =>
      map.subarray((top + y) * side + left, (top + y) * side + left + 4),
    );
    return mean(rows.flatMap((row) => [...row]));
  };
  const inside = meanAt(square.from, square.from);
  const places = Array.from({ length: side - 3 }, (_, at) => at);
  const others = places.flatMap((top) =>
    places.flatMap((left) => (top < square.to && left < square.to ? [] : [meanAt(top, left)])),
  );
  return { inside, brighterElsewhere: mean(others.map((other) => Number(other > inside))) };
}

// All amplitudes made smaller by one factor in the end would change no order of pixels.
const schedule = fastSchedule({ iterations: Number(values.iterations), images: Number(values.noise) });
const runtime = nodeRuntime({ threads: Number(values.threads) });
const dataset = await openDataset(values.dataset);
const { test } = dataset;
const searches: readonly { readonly name: string; readonly changes: readonly ChangeKind[] }[] = [
  { name: 'independent noise', changes: ['independent'] },
  { name: 'all kinds', changes: changeKinds },
];
const figures = new Map<string, { inside: number[]; brighter: number[] }>();
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  for (const isMarked of [true, false]) {
    const learnt = isMarked ? { train: withSquares(dataset.train), test: withSquares(test) } : dataset;
    const updates = Number(values.updates);
    const { model, accuracy } = await trainPaperNetwork('c', seed, { runtime, dataset: learnt, updates });
    await scoped(async (keep) => {
      const classifier = await keep(loadClassifier(writeModel(model), { runtime }));
      const inputAt = (set: LabelledImages, index: number) =>
        toInput({ ...imageAt(set, index), channels: 1 }, classifier.input);
      const others = concatRows(Array.from({ length: 100 }, (_, i) => inputAt(test, test.count - 1 - i)));
      // Digits of other classes with the square.
      const indices = [...test.labels.keys()].filter((i) => test.labels[i] !== marked);
      const all = { ...withSquares({ ...test, labels: test.labels.map(() => marked) }), labels: test.labels };
      const chosen = indices.slice(0, Number(values.images)).map((i) => inputAt(all, i));
      const decided = (await classifier.predict(concatRows(chosen))).filter((one) => one.chosen === marked).length;
      for (const { name, changes } of searches) {
        const pixels = await keep(
          compileNoncontributing(classifier, { changes, others, seed, schedule, settle: false }),
        );
        const found: Found[] = [];
        for (const image of chosen) found.push(foundIn((await pixels.find(image)).amplitude.data, test.width));
        const key = `${isMarked ? 'marked' : 'clean twin'}, ${name}`;
        const own = figures.get(key) ?? { inside: [], brighter: [] };
        own.inside.push(mean(found.map(({ inside }) => inside)));
        own.brighter.push(mean(found.map(({ brighterElsewhere }) => brighterElsewhere)));
        figures.set(key, own);
        process.stderr.write(
          `seed ${seed}, ${key}: accuracy ${accuracy.toFixed(3)}, decided for ${marked}: ${decided} of ${chosen.length}, amplitude ${own.inside.at(-1)?.toFixed(3)}, larger elsewhere ${own.brighter.at(-1)?.toFixed(3)}\n`,
        );
      }
    });
  }
}
const words = (numbers: readonly number[]) => {
  const { ours, spread } = overSeeds(numbers);
  return `${ours?.toFixed(3)} ±${spread?.toFixed(3) ?? '-'}`;
};
for (const [key, { inside, brighter }] of figures) {
  process.stdout.write(
    `${key.padEnd(32)} amplitude of the square ${words(inside)}, places with a larger one ${words(brighter)}\n`,
  );
}
