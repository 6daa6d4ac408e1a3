import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { openDataset } from '../src/datasets/openDataset.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type SufficientOptions, sufficientPixels } from '../src/studies/sufficientPixels/sufficient.ts';

/*
 * npm run check:sufficient -- --model mnist-10x2.onnx [--dataset mnist] [--images 50] [--epsilon 0.05] [--save sets.json]
 *
 * Sizes of sufficient pixel sets, and seconds an image, on the first test images: by VeriX's procedure (one order, pixels turned
 * round, cases told apart), by bounds alone, and by ours. `--save` writes the sets, for another solver to check.
 */

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    dataset: { type: 'string', default: 'mnist' },
    images: { type: 'string', default: '50' },
    epsilon: { type: 'string', default: '0.05' },
    save: { type: 'string' },
  },
});
if (values.model === undefined) throw new Error('--model says which network: mnist-10x2.onnx of VeriX, for example.');
const classifier = await loadClassifier(await readFile(values.model), { runtime: nodeRuntime({ threads: 1 }) });
const { test } = await openDataset(values.dataset);
if (!test) throw new Error(`${values.dataset} has no test images.`);
const epsilon = Number(values.epsilon);

const ways: readonly { readonly name: string; readonly options: Omit<SufficientOptions, 'epsilon'> }[] = [
  { name: 'VeriX’s order, cases told apart', options: { orders: ['reversal'] } },
  { name: 'bounds alone', options: { splitting: false } },
  { name: 'one order by bounds', options: { orders: ['bound'] } },
  { name: 'smallest of three orders', options: {} },
];
const sizes: number[][] = ways.map(() => []);
const wall: number[][] = ways.map(() => []);
const cpu: number[][] = ways.map(() => []);
const open = ways.map(() => 0);
const saved: object[] = [];
for (let i = 0; i < Number(values.images); i++) {
  const { data, height, width } = imageAt(test, i);
  const image = toInput({ data, height, width, channels: test.channels === 3 ? 3 : 1 }, classifier.input);
  for (const [k, { options }] of ways.entries()) {
    const before = process.cpuUsage().user;
    const [found] = await sufficientPixels(classifier, image, { ...options, epsilon });
    if (!found) continue;
    sizes[k]?.push(found.held.length);
    wall[k]?.push(found.seconds);
    cpu[k]?.push((process.cpuUsage().user - before) / 1e6);
    open[k] = (open[k] ?? 0) + found.open.length;
    const { decided, held, slack } = found;
    saved.push({ way: k, image: i, decided, held, open: found.open, slack });
  }
  process.stdout.write(`image ${i}: ${sizes.map((own) => own.at(-1)).join(' ')}\n`);
}
for (const [k, { name }] of ways.entries()) {
  const [size, seconds, processor] = [sizes[k] ?? [], wall[k] ?? [], cpu[k] ?? []];
  process.stdout.write(
    `${name}: ${spread(size, 1)} pixels, median ${median(size)}, from ${Math.min(...size)} to ${Math.max(...size)}, ${open[k]} not decided; ${spread(seconds, 2)} s an image, ${spread(processor, 2)} s of processor time\n`,
  );
}
if (values.save !== undefined) await writeFile(values.save, JSON.stringify({ epsilon, sets: saved }));

function spread(numbers: readonly number[], digits: number): string {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, numbers.length - 1);
  return `${mean.toFixed(digits)} (standard deviation ${Math.sqrt(variance).toFixed(digits)})`;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
