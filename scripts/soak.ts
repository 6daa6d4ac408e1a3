import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readNpz } from '../src/datasets/npz.ts';
import { methodKind } from '../src/methods.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { zeros } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { random } from '../src/random/random.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { architectures } from '../src/training/architectures.ts';

/*
 * npm run soak [-- --calls 20000] [-- --loads 500] [-- --images 2000] [-- --kills 100] [-- --seed 1]
 *
 * Memory over many calls, loads and images; and trainings and reports that are killed at random moments. A part of 0 is left
 * out. It fails where memory grows by more than `mostGrowth` over the second half of a part, where a killed run leaves
 * anything half-written, or where a training that was killed and resumed ends with other bytes than an undisturbed one.
 */

const mostGrowth = 32e6;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    loads: { type: 'string', default: '500' },
    images: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const source = random(Number(values.seed));
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'konkyo-soak-'));
const failures: string[] = [];

interface Sample {
  /** 0 to 1: how far the part is. */
  readonly at: number;
  readonly bytes: number;
}

/** Growth over the second half, by the straight line through its samples: the first half warms caches up. */
function judge(part: string, samples: readonly Sample[]): void {
  const late = samples.filter(({ at }) => at >= 0.5);
  const mean = (of: (sample: Sample) => number) => late.reduce((sum, one) => sum + of(one), 0) / late.length;
  const [x, y] = [mean(({ at }) => at), mean(({ bytes }) => bytes)];
  const slope = mean(({ at, bytes }) => (at - x) * (bytes - y)) / (mean(({ at }) => (at - x) ** 2) || 1);
  const growth = 0.5 * slope;
  const series = samples.map(({ bytes }) => (bytes / 1e6).toFixed(0)).join(' ');
  say(`${part}: resident memory in MB ${series}; over the second half ${(growth / 1e6).toFixed(1)} MB`);
  if (growth > mostGrowth) failures.push(`${part}: memory grows by ${(growth / 1e6).toFixed(1)} MB in the second half`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function inProcess(part: string, count: number, run: () => Promise<void>): Promise<void> {
  const samples: Sample[] = [];
  const every = Math.max(1, Math.floor(count / 20));
  for (let i = 0; i < count; i++) {
    await run();
    if (i % every !== every - 1) continue;
    globalThis.gc?.();
    samples.push({ at: (i + 1) / count, bytes: process.memoryUsage().rss });
  }
  if (samples.length > 0) judge(`${count} ${part}`, samples);
}

const runtime = nodeRuntime({ threads: 1 });
const bytes = writeModel(architectures.d.build(1));
await writeFile(join(folder, 'm.onnx'), bytes);

async function calls(count: number): Promise<void> {
  const classifier = await loadClassifier(bytes, { runtime });
  const explainer = await methodKind('saliency').create({}).compile(classifier);
  const { height, width } = classifier.input;
  const image = zeros('float32', [1, 1, height, width]);
  await inProcess('calls of attribute()', count, async () => {
    await explainer.attribute(image, [3]);
  });
  await explainer.release();
  await classifier.release();
}

function konkyo(args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args, '--threads', '1'], { cwd: folder, stdio: 'ignore' });
  const done = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return { child, done };
}

async function images(count: number): Promise<void> {
  const inputs = Array.from({ length: count }, (_, i) => `digits:${i % 2000}`);
  const { child, done } = konkyo([
    'explain',
    'm.onnx',
    ...inputs,
    '--method',
    'saliency',
    '--no-checks',
    '--out',
    'many',
  ]);
  const found: number[] = [];
  const status = `/proc/${child.pid}/status`;
  if (!existsSync(status)) say('Memory of another process is read from /proc, which is not here: not judged.');
  const timer = setInterval(() => {
    // What loading takes is not what images take.
    if (!existsSync(join(folder, 'many', 'images'))) return;
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readStatus(status)) ?? [];
    if (kilobytes !== undefined) found.push(1024 * Number(kilobytes));
  }, 500);
  await done;
  clearInterval(timer);
  const pages = existsSync(join(folder, 'many')) ? (await readdir(join(folder, 'many', 'images'))).length : 0;
  if (pages !== count) failures.push(`${count} images: ${pages} pages`);
  if (found.length > 1)
    judge(
      `${count} images`,
      found.map((bytes, i) => ({ at: (i + 1) / found.length, bytes })),
    );
}

function readStatus(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Lets a run work for some part of the time it takes undisturbed, and kills it. @returns whether it was still running. */
async function killed(args: readonly string[], seconds: number): Promise<boolean> {
  const { child, done } = konkyo(args);
  const signal = source.uniform() < 0.5 ? 'SIGKILL' : 'SIGTERM';
  const timer = setTimeout(() => child.kill(signal), 1000 * seconds * source.uniform());
  await done;
  clearTimeout(timer);
  return child.exitCode !== 0;
}

async function timed(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await konkyo(args).done;
  return (performance.now() - start) / 1000;
}

const training = ['train', 'd', '--updates', '150', '--batch', '50', '--checkpoint-every', '0.002', '--out'];

async function killedTrainings(count: number): Promise<void> {
  const seconds = await timed([...training, 'whole.onnx']);
  const whole = await readFile(join(folder, 'whole.onnx'));
  let [kills, resumed, turn] = [0, 0, 0];
  while (kills < count) {
    const out = `t${turn++}.onnx`;
    let saved: string[] = [];
    while (kills < count && (await killed([...training, out, ...saved], seconds))) {
      kills += 1;
      await checkWhole(`training ${out}`, out);
      saved = existsSync(join(folder, `${out}.checkpoint.npz`)) ? ['--resume', `${out}.checkpoint.npz`] : [];
      resumed += saved.length / 2;
    }
    if (!existsSync(join(folder, out))) await konkyo([...training, out, ...saved]).done;
    if (!whole.equals(await readFile(join(folder, out)))) failures.push(`training ${out}: other bytes`);
  }
  say(`${kills} kills of ${turn} trainings, ${resumed} times resumed from a checkpoint`);
}

async function killedReports(count: number): Promise<void> {
  const inputs = Array.from({ length: 60 }, (_, i) => `digits:${i}`);
  const args = (out: string) => [
    'explain',
    'm.onnx',
    ...inputs,
    '--method',
    'saliency,occlusion',
    '--no-checks',
    '--out',
    out,
  ];
  const seconds = await timed(args('undisturbed'));
  let [kills, turn] = [0, 0];
  while (kills < count) {
    const out = `r${turn++}`;
    if (await killed(args(out), seconds)) kills += 1;
    await checkWhole(`report ${out}`, out);
  }
  say(`${kills} kills of ${turn} reports`);
}

/** Every file at its place is whole; what was half-written is only ever beside it. */
async function checkWhole(what: string, prefix: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((each) => each.startsWith(prefix) && !each.endsWith('.partial'))) {
    const contents = () => readFile(join(folder, name));
    if (name.endsWith('.html') && !(await contents()).toString().endsWith('</html>\n'))
      failures.push(`${what}: ${name}`);
    if (name.endsWith('.npz')) readNpz(await contents(), `${what}: ${name}`);
  }
}

if (!existsSync(main)) throw new Error('There is no dist/: run npm run build first.');
try {
  await calls(Number(values.calls));
  await inProcess('loads', Number(values.loads), async () => (await loadClassifier(bytes, { runtime })).release());
  if (Number(values.images) > 0) await images(Number(values.images));
  const kills = Number(values.kills);
  if (kills > 0) {
    await killedTrainings(Math.ceil(kills / 2));
    await killedReports(Math.floor(kills / 2));
  }
} finally {
  await rm(folder, { recursive: true });
}
for (const failure of failures) say(`FAILED ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
