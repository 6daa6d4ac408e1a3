import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bulk } from '../src/app/bulk.ts';
import { explain } from '../src/attribution/explain.ts';
import { keptMethods } from '../src/bulk/keptMethods.ts';
import { firstImages, openImageStream } from '../src/datasets/imageStream.ts';
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

async function byLibrary(): Promise<void> {
  const kept = await keptMethods(classifier, methods);
  for (let from = 0; from < stream.count; from += portion) {
    const images = [];
    for (let i = from; i < Math.min(stream.count, from + portion); i++) {
      images.push(toFittedInput(await (await stream.read(i)).decode(), classifier.input));
    }
    await explain(classifier, concatRows(images), kept.methods);
  }
  await kept.release();
}

/** Of this process, whatever else the machine does meanwhile; the writing and hashing of other threads counts too. */
const processorSeconds = async (run: () => Promise<unknown>) => {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};
for (let round = 0; round < 2; round++) {
  let [library, store] = [0, 0];
  const libraryClock = await seconds(async () => {
    library = await processorSeconds(byLibrary);
  });
  const storeClock = await seconds(async () => {
    store = await processorSeconds(() =>
      bulk(classifier, stream, storeFolder(join(folder, `rate-${round}`)), { methods }),
    );
  });
  const rate = (time: number) => `${(total / time).toFixed(0)} a second`;
  say(
    `${total} images by ${ids}: explain ${rate(libraryClock)}, bulk ${rate(storeClock)}: ${((100 * libraryClock) / storeClock).toFixed(0)}%`,
  );
  say(
    `processor time: explain ${library.toFixed(1)} s, bulk ${store.toFixed(1)} s: ${((100 * library) / store).toFixed(0)}%`,
  );
}

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
