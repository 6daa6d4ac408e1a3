import { spawn } from 'node:child_process';

/** What a benchmark says of one workload. */
export interface Timed {
  readonly model: string;
  readonly method: string;
  readonly seconds: number;
}

/** Both sides' shortest seconds of one workload. */
export interface Compared {
  readonly model: string;
  readonly method: string;
  readonly ours: number;
  readonly theirs: number;
  /** How many times as long they take. */
  readonly ratio: number;
}

/** The workloads in a benchmark's output, one JSON object a line; other lines are its remarks. @throws Error for a line that is none. */
export function timedIn(output: string): readonly Timed[] {
  return output
    .split('\n')
    .filter((line) => line.trim().startsWith('{'))
    .map((line) => {
      const { model, method, seconds } = parsed(line);
      const isTimed =
        typeof model === 'string' && typeof method === 'string' && typeof seconds === 'number' && seconds > 0;
      if (!isTimed) throw new Error(`No workload: ${line}. A line is {"model": ..., "method": ..., "seconds": ...}.`);
      return { model, method, seconds };
    });
}

function parsed(line: string): Partial<Record<keyof Timed, unknown>> {
  try {
    return JSON.parse(line) as Partial<Record<keyof Timed, unknown>>;
  } catch (cause) {
    throw new Error(`No JSON: ${line}`, { cause });
  }
}

/** The shortest of all rounds, for what both sides have measured, in our order. */
export function compared(ours: readonly Timed[], theirs: readonly Timed[]): readonly Compared[] {
  const shortest = (all: readonly Timed[]) => {
    const found = new Map<string, Timed>();
    for (const one of all) {
      const key = JSON.stringify([one.model, one.method]);
      if (one.seconds < (found.get(key)?.seconds ?? Number.POSITIVE_INFINITY)) found.set(key, one);
    }
    return found;
  };
  const their = shortest(theirs);
  return [...shortest(ours)].flatMap(([key, { model, method, seconds }]) => {
    const other = their.get(key)?.seconds;
    return other === undefined ? [] : [{ model, method, ours: seconds, theirs: other, ratio: other / seconds }];
  });
}

/** What a command of the shell prints; its stderr goes to ours. @throws Error where it fails. */
export function outputOf(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(parts).toString('utf8'));
      else reject(new Error(`"${command}" ended with code ${code}.`));
    });
  });
}
