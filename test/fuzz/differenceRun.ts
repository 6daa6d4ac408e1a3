import { nodeRuntime } from '../../src/runtime/node.ts';
import { compareModel, type Verdict } from './difference.ts';

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
