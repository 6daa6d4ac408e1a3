import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bulk } from '../src/app/bulk.ts';
import { explain } from '../src/attribution/explain.ts';
import { keptMethods } from '../src/bulk/keptMethods.ts';
import { firstImages, type ImageStream, openImageStream } from '../src/datasets/imageStream.ts';
import { methodKind } from '../src/methods.ts';
import { toFittedInput } from '../src/model/pixels.ts';
import { loadModelFile } from '../src/node/modelFile.ts';
import { storeFolder } from '../src/node/storeFolder.ts';
import { concatRows } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';

/*
 * `npm run bench:bulk -- MODEL [IMAGES [METHODS [DATA]]]`: how fast a bulk run is beside `explain` on the same images in full batches, two
 * workers beside one, and how much memory runs take that are of a fifth of the images and of all. Of digits, or of MNIST in the folder DATA.
 */

const [model, count = '10000', ids = 'saliency,deep-lift,integrated-gradients', data] = process.argv.slice(2);
if (model === undefined) throw new Error('Give a model that takes digits.');
const total = Number(count);
const folder = await mkdtemp(join(tmpdir(), 'konkyo-rate-'));
const say = (text: string) => process.stdout.write(`${text}\n`);
const percent = (part: number) => `${(100 * part).toFixed(0)}%`;
const seconds = async (run: () => Promise<unknown>) => {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
};

/** One thread: so the rest of the machine disturbs least. */
const classifier = await loadModelFile(model, { runtime: nodeRuntime({ threads: 1 }) });
const methods = ids.split(',').map((id) => methodKind(id).create({}));
const dataset = data ?? 'digits';
const stream = firstImages(await openImageStream(dataset, { part: data === undefined ? 'all' : 'test' }), total);
const portion = 1024;

async function byLibrary(images: ImageStream): Promise<void> {
  const kept = await keptMethods(classifier, methods);
  for (let from = 0; from < images.count; from += portion) {
    const inputs = [];
    for (let i = from; i < Math.min(images.count, from + portion); i++) {
      inputs.push(toFittedInput(await (await images.read(i)).decode(), classifier.input));
    }
    await explain(classifier, concatRows(inputs), kept.methods);
  }
  await kept.release();
}

/** Its clock, and its time on processors: of this process, whatever else the machine does; that of other threads counts too. */
async function spent(run: () => Promise<unknown>) {
  const before = process.cpuUsage();
  const clock = await seconds(run);
  const { user, system } = process.cpuUsage(before);
  return { clock, processor: (user + system) / 1e6 };
}

/** In turns, so that what else the machine does disturbs both alike. */
const turns = 5;
const each = firstImages(stream, Math.ceil(total / turns));
await byLibrary(firstImages(stream, portion));
const rounds: Record<'library' | 'store', Awaited<ReturnType<typeof spent>>>[] = [];
for (let turn = 0; turn < turns; turn++) {
  const library = await spent(() => byLibrary(each));
  const store = await spent(() => bulk(classifier, each, storeFolder(join(folder, `rate-${turn}`)), { methods }));
  rounds.push({ library, store });
  say(
    `${each.count} images by ${ids}: explain ${(each.count / library.clock).toFixed(0)} a second and ${library.processor.toFixed(1)} s of processor, bulk ${(each.count / store.clock).toFixed(0)} and ${store.processor.toFixed(1)} s: ${percent(library.clock / store.clock)} and ${percent(library.processor / store.processor)}`,
  );
}
const sumOf = (what: 'clock' | 'processor', who: 'library' | 'store') =>
  rounds.reduce((sum, round) => sum + round[who][what], 0);
const overall = (what: 'clock' | 'processor') => percent(sumOf(what, 'library') / sumOf(what, 'store'));
say(`bulk has ${overall('clock')} of the rate of explain by the clock, ${overall('processor')} by processor time`);

const part = data === undefined ? [] : ['--part', 'test'];
const command = (images: number, store: string, ...more: readonly string[]) => {
  const args = ['bulk', model, '--dataset', dataset, ...part, '--method', ids, '--threads', '1'];
  return konkyo([...args, '--images', String(images), '--store', join(folder, store), ...more]);
};
/** Ends with the most memory it had, in MB, and its processor time, in seconds. */
async function konkyo(args: readonly string[]) {
  const main = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');
  const code = `process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); process.stdout.write('used ' + maxRSS / 1024 + ' ' + (userCPUTime + systemCPUTime) / 1e6); }); process.argv.splice(1, 1, ${JSON.stringify(main)}); await import(${JSON.stringify(main)});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, 'konkyo', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (more: Buffer) => {
    text += String(more);
  });
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`konkyo ${args.join(' ')} ended with ${child.exitCode}.`);
  const [, memory, processor] = /used ([\d.]+) ([\d.]+)/.exec(text) ?? [];
  return { memory: Number(memory), processor: Number(processor) };
}

for (const images of [total / 5, total]) {
  say(`memory at ${images} images: ${(await command(images, `memory-${images}`)).memory.toFixed(0)} MB`);
}
const timed = async (commands: () => readonly ReturnType<typeof command>[]) => {
  let used = 0;
  const clock = await seconds(async () => {
    for (const { processor } of await Promise.all(commands())) used += processor;
  });
  return { clock, used };
};
for (let round = 0; round < 2; round++) {
  const one = await timed(() => [command(total / 2, `one-${round}`)]);
  const two = await timed(() => ['1/2', '2/2'].map((share) => command(total / 2, `two-${round}`, '--shard', share)));
  const apart = await timed(() => ['a', 'b'].map((name) => command(total / 4, `apart-${name}-${round}`)));
  const words = ({ clock, used }: typeof one) =>
    `${clock.toFixed(1)} s (${(one.clock / clock).toFixed(2)} times), ${used.toFixed(1)} s of processor`;
  say(
    `half the images: one worker ${words(one)}; two that share a store ${words(two)}; two with a store and half of that each ${words(apart)}`,
  );
}
await rm(folder, { recursive: true });
