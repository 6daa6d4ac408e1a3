// Of which image should SmoothGrad make a unit's picture, so that A1's pictures look like its filters? Pearson correlation of
// filter and picture at the best of the filter's four positions, by base image.
//   npm run check:bases -- MNIST_FOLDER NETWORK_A1.onnx...
import { readFileSync } from 'node:fs';
import { smoothGrad } from '../src/attribution/gradient/smoothGrad.ts';
import { unitScores } from '../src/attribution/unitScores.ts';
import { readIdxFolder } from '../src/datasets/idxFolder.ts';
import { layersOf } from '../src/model/layer.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { concatRows, float32, rows, type Tensor } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { ascend } from '../src/studies/maximization/ascend.ts';
import { beforeSquashing } from '../src/studies/maximization/beforeSquashing.ts';

const imageCount = 20_000;
const [size, side, kernel] = [784, 28, 27];
const [folder, ...networks] = process.argv.slice(2);
if (folder === undefined || networks.length === 0) {
  process.stderr.write('Usage: npm run check:bases -- MNIST_FOLDER NETWORK_A1.onnx...\n');
  process.exit(2);
}
const { train } = await readIdxFolder(folder);
const pixels = Float32Array.from(train.images.subarray(0, imageCount * size), (value) => value / 255);
const images = float32([imageCount, 1, side, side], pixels);

for (const network of networks) {
  const bytes = readFileSync(network);
  const classifier = await loadClassifier(bytes, { runtime: nodeRuntime({ threads: 2 }) });
  const pool = layersOf(classifier).find(({ node }) => node.op === 'MaxPool')?.value ?? '';
  const filters = classifier.model.graph.initializers.get('conv1.weight')?.data as Float32Array;
  const plain = beforeSquashing(classifier, pool)?.classifier;
  if (!plain) throw new Error(`${network} has no sigmoid before ${pool}.`);
  const units = unitScores(plain, pool);
  const targets = Array.from({ length: units.classCount }, (_, unit) => unit);
  const { data: activations } = await units.scoresOf(images);
  const order = targets.map((unit) =>
    Array.from({ length: imageCount }, (_, i) => i).sort(
      (a, b) => (activations[b * targets.length + unit] ?? 0) - (activations[a * targets.length + unit] ?? 0),
    ),
  );
  const bases: readonly (readonly [string, Tensor<'float32'>])[] = [
    ['blank (black)', concatRows(targets.map(() => float32([1, 1, side, side], new Float32Array(size))))],
    ['mean training image', concatRows(targets.map(() => meanOf(order[0] ?? [])))],
    ['mean of the 100 largest', concatRows(order.map((best) => meanOf(best.slice(0, 100))))],
    ['the image with the largest value', concatRows(order.map((best) => meanOf(best.slice(0, 1))))],
    ['the picture from the ascent', await ascend(units, targets, { jitter: 0 })],
  ];
  const explainer = await smoothGrad({ samples: 100, noise: 0.1 }).compile(units);
  for (const [name, base] of bases) {
    const maps = (await explainer.attribute(base, targets)).values;
    const alike = targets.map((unit) =>
      bestCorrelation(filters.subarray(unit * kernel ** 2, (unit + 1) * kernel ** 2), rows(maps, unit, unit + 1).data),
    );
    const good = alike.filter((correlation) => correlation > 0.9).length;
    process.stdout.write(
      `${network}, ${name}: ${good} of ${targets.length} above 0.9, smallest ${Math.min(...alike).toFixed(3)}\n`,
    );
  }
  await explainer.release();
  await classifier.release();
}

function meanOf(chosen: readonly number[]): Tensor<'float32'> {
  const mean = new Float32Array(size);
  for (const i of chosen) {
    for (let at = 0; at < size; at++) mean[at] = (mean[at] ?? 0) + (pixels[i * size + at] ?? 0) / chosen.length;
  }
  return float32([1, 1, side, side], mean);
}

function bestCorrelation(filter: Float32Array, picture: Float32Array): number {
  const shifts = side - kernel + 1;
  const places = Array.from({ length: shifts ** 2 }, (_, i) => [Math.floor(i / shifts), i % shifts] as const);
  return Math.max(
    ...places.map(([down, across]) =>
      pearson(
        filter,
        filter.map((_, i) => picture[(Math.floor(i / kernel) + down) * side + (i % kernel) + across] ?? 0),
      ),
    ),
  );
}

function pearson(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[i] ?? 0) - meanB];
    product += x * y;
    squaresA += x ** 2;
    squaresB += y ** 2;
  }
  return product / Math.sqrt(squaresA * squaresB);
}
