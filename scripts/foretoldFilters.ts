// Does what filters are said to add foretell what is lost without them? Over all filters of a model, on images that the ranking has
// not seen; and how many decisions change without the top five, beside five at random. Three splits of the images.
//   npm run check:filters -- MODEL.onnx DATASET [--images 500] [--mean 0.5 --std 0.5]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { selectImages } from '../src/datasets/labelledImages.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { openDataset } from '../src/node.ts';
import { random, shuffledIndices } from '../src/random/random.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { filterNetwork } from '../src/studies/filterPaths/filterNetwork.ts';
import { type Foretelling, foretell, type Ranked } from '../src/studies/filterPaths/foretold.ts';
import { overSeeds } from '../src/studies/paper.ts';
import { trainingImages } from '../src/training/trainingImages.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '500' },
    mean: { type: 'string' },
    std: { type: 'string' },
  },
});
const [path, data] = positionals;
if (path === undefined || data === undefined) {
  process.stderr.write('Usage: npm run check:filters -- MODEL.onnx DATASET [--images 500] [--mean 0.5 --std 0.5]\n');
  process.exit(2);
}
const runtime = nodeRuntime({ threads: 1 });
const numbers = (text: string | undefined) => (text === undefined ? undefined : text.split(',').map(Number));
const input = { mean: numbers(values.mean), std: numbers(values.std) };
const classifier = await loadClassifier(readFileSync(path), { runtime, input });
const { train, test } = await openDataset(data);
const network = await filterNetwork(classifier);
const found: Foretelling[] = [];
for (const seed of [1, 2, 3]) {
  const drawn = (set: typeof test) => {
    const chosen = [...shuffledIndices(set.count, random(seed))].slice(0, Number(values.images));
    return trainingImages(selectImages(set, chosen), classifier.input, classifier.classCount).images;
  };
  // The two sets change places from seed to seed.
  const [learned, tested] = seed % 2 === 1 ? [drawn(train), drawn(test)] : [drawn(test), drawn(train)];
  const one = await foretell(network, learned, tested, { seed });
  found.push(one);
  const said = ({ correlation, topFlips }: Ranked) =>
    `Spearman ${correlation.toFixed(3)}, flips without its top five ${topFlips.toFixed(3)}`;
  process.stdout.write(
    `split ${seed}: ${one.filters.length} filters; gates of the image: ${said(one.excess)}; integrated: ${said(one.integrated)}; flips without five random ${one.randomFlips.toFixed(3)}\n`,
  );
}
const all = (what: string, value: (one: Foretelling) => number) => {
  const { ours, spread } = overSeeds(found.map(value));
  process.stdout.write(`${what}: ${ours?.toFixed(3)} ± ${spread?.toFixed(3)}\n`);
};
all('gates of the image, Spearman', ({ excess }) => excess.correlation);
all('gates of the image, flips', ({ excess }) => excess.topFlips);
all('integrated, Spearman', ({ integrated }) => integrated.correlation);
all('integrated, flips', ({ integrated }) => integrated.topFlips);
all('random, flips', ({ randomFlips }) => randomFlips);
