import { nodeRuntime } from '../../src/runtime/node.ts';
import { compareModel, type Verdict } from './difference.ts';
import { acceptedSilently } from './hostileGraphs.ts';

export interface DifferenceResult {
  /** How many graphs ended in each way. */
  readonly counts: ReadonlyMap<Verdict['kind'], number>;
  readonly found: readonly { readonly seed: number; readonly kind: Verdict['kind']; readonly what: string }[];
  readonly seconds: number;
}

/** Compares random graphs number `from` to `to`. */
export async function fuzzGraphs(
  from: number,
  to: number,
  progress: (seed: number) => void = () => {},
): Promise<DifferenceResult> {
  const runtime = nodeRuntime({ threads: 1 });
  const counts = new Map<Verdict['kind'], number>();
  const found: { seed: number; kind: Verdict['kind']; what: string }[] = [];
  const start = performance.now();
  for (let seed = from; seed < to; seed++) {
    progress(seed);
    const verdict = await compareModel(seed, runtime);
    counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
    if (verdict.kind !== 'agrees') found.push({ seed, ...verdict });
  }
  return { counts, found, seconds: (performance.now() - start) / 1000 };
}

/** Writes what became of random graphs, and gives the exit code: 1 where one differs. */
export async function reportGraphs(from: number, to: number): Promise<number> {
  const { counts, found, seconds } = await fuzzGraphs(from, to, (seed) => {
    if (seed % 500 === 0) process.stderr.write(`${seed}\n`);
  });
  for (const { seed, kind, what } of found) {
    process.stdout.write(`  graph ${seed} ${kind}: ${what.replaceAll('\n', ' ').slice(0, 600)}\n`);
  }
  for (const [kind, count] of counts) process.stdout.write(`${String(count).padStart(6)}  ${kind}\n`);
  process.stdout.write(`${to - from} graphs in ${seconds.toFixed(0)} s\n`);
  return counts.has('differs') ? 1 : 0;
}

/** Tries random graphs that are no function of one image, and gives the exit code: 1 where one is accepted silently. */
export async function reportHostile(from: number, to: number): Promise<number> {
  const runtime = nodeRuntime({ threads: 1 });
  let accepted = 0;
  for (let seed = from; seed < to; seed++) {
    const what = await acceptedSilently(seed, runtime);
    if (what === undefined) continue;
    accepted += 1;
    process.stdout.write(`  graph ${seed}: ${what}\n`);
  }
  process.stdout.write(`${to - from} graphs, ${accepted} accepted silently\n`);
  return accepted > 0 ? 1 : 0;
}
