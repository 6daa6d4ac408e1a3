import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, random } from '../../src/random/random.ts';
import { contentsOf } from './folderContents.ts';
import { startRedis } from './redisServer.ts';

/*
 * Bulk runs whose processes are killed, whose Redis is killed, and whose disk is full, at random moments: after the same command has
 * been run again, the store has to be that of an undisturbed run, byte for byte.
 */

export const disturbances = ['bulk', 'worker', 'redis', 'submitter', 'disk'] as const;
export type Disturbance = (typeof disturbances)[number];

export interface DisturbedRuns {
  /** The compiled command line, dist/cli/main.js. */
  readonly main: string;
  /** Of `konkyo bulk`, but for --store and --queue. */
  readonly args: readonly string[];
  readonly seed: number;
}

/** What an undisturbed run makes, and how long it takes from its first file. */
interface Reference {
  readonly contents: Readonly<Record<string, string>>;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Whether a small file system can be mounted here: only then can a disk be full. */
export function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

/**
 * Disturbs so many runs.
 * @param tell of each, in words.
 * @returns how many stores were not those of the undisturbed run, or could not be made whole.
 */
export async function disturb(
  kind: Disturbance,
  times: number,
  runs: DisturbedRuns,
  tell: (text: string) => void = () => {},
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'konkyo-disturbed-'));
  const source = random(runs.seed);
  // The first numbers of small seeds are alike.
  for (let i = 0; i < 10; i++) source.uniform();
  let failures = 0;
  try {
    const reference = await undisturbed(runs, join(folder, 'reference'));
    for (let i = 0; i < times; i++) {
      const store = join(folder, `store-${i}`);
      const moment = await disturbOne(kind, { ...runs, store, source, reference });
      const [found, wanted] = [await contentsOf(store), reference.contents];
      const names = new Set([...Object.keys(found), ...Object.keys(wanted)]);
      const differing = [...names].filter((name) => found[name] !== wanted[name]);
      if (differing.length > 0) failures += 1;
      tell(
        `${kind} ${i + 1}: ${moment}; ${differing.length === 0 ? 'the same bytes' : `other: ${differing.join(', ')}`}`,
      );
      await rm(store, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return failures;
}

const references = new Map<string, Reference>();

async function undisturbed(runs: DisturbedRuns, store: string): Promise<Reference> {
  const key = JSON.stringify(runs.args);
  const known = references.get(key);
  if (known) return known;
  const running = konkyo(runs, ['bulk', ...runs.args, '--store', store]);
  await untilThere(join(store, 'zarr.json'), running);
  const start = performance.now();
  await ended(running, 0);
  const contents = await contentsOf(store);
  const bytes = Object.values(contents).reduce((sum, text) => sum + (text.length * 3) / 4, 0);
  const reference = { contents, milliseconds: performance.now() - start, bytes };
  references.set(key, reference);
  return reference;
}

interface One extends DisturbedRuns {
  readonly store: string;
  readonly source: Random;
  readonly reference: Reference;
}

async function disturbOne(kind: Disturbance, one: One): Promise<string> {
  if (kind === 'disk') return fullDisk(one);
  if (kind === 'bulk') {
    const command = ['bulk', ...one.args, '--store', one.store];
    const running = konkyo(one, command);
    const moment = await killAt(running, one);
    await ended(konkyo(one, command), 0);
    return moment;
  }
  const redis = await startRedis();
  try {
    return await disturbQueue(kind, one, redis);
  } finally {
    await redis.stop();
  }
}

async function disturbQueue(
  kind: 'worker' | 'redis' | 'submitter',
  one: One,
  redis: Awaited<ReturnType<typeof startRedis>>,
): Promise<string> {
  const submit = ['bulk', ...one.args, '--store', one.store, '--queue', redis.url];
  const work = ['work', '--queue', redis.url, '--lock', '2', '--threads', '1'];
  const [submitting, working] = [konkyo(one, submit), konkyo(one, work)];
  const all = [submitting, working];
  try {
    if (kind === 'worker') {
      await untilMade(one.store, submitting);
      const moment = await killAt(working, one);
      all.push(konkyo(one, work));
      await ended(submitting, 0);
      return moment;
    }
    if (kind === 'submitter') {
      const moment = await killAt(submitting, one);
      await ended(konkyo(one, submit), 0);
      return moment;
    }
    await untilMade(one.store, submitting);
    const moment = await pauseAt(submitting, one);
    await redis.restart();
    await ended(submitting, 0);
    return moment;
  } finally {
    for (const each of all) {
      each.kill('SIGTERM');
      await closed(each);
    }
  }
}

/** A file system that holds a part of the store: writing fails, and goes on once there is room. */
async function fullDisk(one: One): Promise<string> {
  const mount = `${one.store}-disk`;
  await mkdir(mount);
  const share = 0.1 + 0.8 * one.source.uniform();
  const size = (bytes: number) => `size=${Math.ceil(bytes / 1024)}k`;
  run('mount', '-t', 'tmpfs', '-o', size(one.reference.bytes * share), 'tmpfs', mount);
  try {
    const command = ['bulk', ...one.args, '--store', join(mount, 'store')];
    await ended(konkyo(one, command), 1, /no space is left|ENOSPC/);
    run('mount', '-o', `remount,${size(20 * one.reference.bytes + 10e6)}`, mount);
    await ended(konkyo(one, command), 0);
    await cp(join(mount, 'store'), one.store, { recursive: true });
  } finally {
    run('umount', mount);
    await rm(mount, { recursive: true });
  }
  return `room for ${Math.round(100 * share)}%`;
}

async function killAt(running: ChildProcess, one: One): Promise<string> {
  const moment = await pauseAt(running, one);
  running.kill('SIGKILL');
  await closed(running);
  return moment;
}

/** Waits until the store is begun, and then for a random part of the time that making it takes. */
async function pauseAt(running: ChildProcess, { store, source, reference }: One): Promise<string> {
  await untilThere(join(store, 'zarr.json'), running);
  const milliseconds = source.uniform() * reference.milliseconds;
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return `after ${Math.round(milliseconds)} ms of ${Math.round(reference.milliseconds)}`;
}

/** Waits for the first shard. */
async function untilMade(store: string, running: ChildProcess): Promise<void> {
  const isMade = async () => (await readdir(join(store, 'shards')).catch(() => [])).some((name) => /^\d/.test(name));
  await until(isMade, running);
}

const said = new WeakMap<ChildProcess, string[]>();

function konkyo({ main }: DisturbedRuns, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const texts: string[] = [];
  said.set(child, texts);
  child.stderr?.on('data', (text: Buffer) => texts.push(String(text)));
  return child;
}

async function untilThere(path: string, running: ChildProcess): Promise<void> {
  await until(async () => existsSync(path), running);
}

async function until(isSo: () => Promise<boolean>, running: ChildProcess): Promise<void> {
  while (!(await isSo())) {
    if (running.exitCode !== null) throw new Error(`konkyo ended before: ${said.get(running)?.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function ended(child: ChildProcess, status: number, message = /(?:)/): Promise<void> {
  await closed(child);
  const text = said.get(child)?.join('') ?? '';
  if (child.exitCode !== status || !message.test(text))
    throw new Error(`status ${child.exitCode}, not ${status}: ${text}`);
}

async function closed(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args);
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}
