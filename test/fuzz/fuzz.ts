import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface FuzzResult {
  /** How many files ended in each way: explained, or refused with a tag. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** What must not happen: a crash, a hang, too much memory, an error without a tag. */
  readonly failures: readonly { readonly seed: number; readonly what: string }[];
}

/** A file must be dealt with within this time, on a machine that does much else too, and the process stay below this memory. */
const seconds = 120;
const gigabytes = 4;

/** What is done with each number: mutated model files are explained, mutated files of all other formats read. */
export type FuzzKind = 'models' | 'files';

const workers: Readonly<Record<FuzzKind, string>> = { models: './worker.ts', files: './fileWorker.ts' };

/**
 * Takes files number `from` to `to` in a process with bounded memory, which is started again after a failure, and says what
 * became of each.
 */
export async function fuzz(
  kind: FuzzKind,
  from: number,
  to: number,
  progress: (seed: number) => void = () => {},
): Promise<FuzzResult> {
  const outcomes = new Map<string, number>();
  const failures: { seed: number; what: string }[] = [];
  for (let next = from; next < to; ) {
    const end = await runWorker(kind, next, to, (seed, what) => {
      progress(seed);
      if (what.startsWith('FAILED')) failures.push({ seed, what });
      else outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
    });
    if (end.failed) failures.push({ seed: end.seed, what: end.failed });
    next = end.seed + 1;
  }
  return { outcomes, failures };
}

function runWorker(
  kind: FuzzKind,
  from: number,
  to: number,
  report: (seed: number, what: string) => void,
): Promise<{ seed: number; failed?: string }> {
  const worker = fileURLToPath(new URL(workers[kind], import.meta.url));
  // Address space beyond what Node and ONNX Runtime reserve; a larger allocation fails as on a full machine.
  const limit = `ulimit -v ${(gigabytes + 36) * 2 ** 20} && exec "$0" "$@"`;
  const child = spawn('bash', ['-c', limit, process.execPath, '--import', 'tsx', worker, String(from), String(to)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve) => {
    let current = from - 1;
    let hung = false;
    let timer: NodeJS.Timeout | undefined;
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        hung = true;
        child.kill('SIGKILL');
      }, seconds * 1000);
    };
    restart();
    createInterface({ input: child.stdout }).on('line', (line) => {
      restart();
      const [seed, what] = [Number(line.slice(0, line.indexOf(' '))), line.slice(line.indexOf(' ') + 1)];
      current = seed;
      if (what !== 'start') report(seed, what);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve({ seed: to - 1 });
      else
        resolve({
          seed: Math.max(current, from),
          failed: hung ? `no end within ${seconds} s` : `ended with ${signal ?? code}`,
        });
    });
  });
}
