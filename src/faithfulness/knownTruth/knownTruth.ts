import type { Dataset } from '../../datasets/dataset.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { handSetNetworks } from './handSetNetworks.ts';
import { type MethodsFor, standardMethods } from './methodsFor.ts';
import { type ShapleyTruth, shapleyTruth } from './shapleyTruth.ts';
import { shortcutKinds } from './shortcut.ts';
import { type ShortcutTruth, shortcutTruth } from './shortcutTruth.ts';
import { type Background, backgrounds, type Scenario, scenarios } from './tetrominoes.ts';
import { networks as allNetworks, type TetrominoNetwork } from './tetrominoNetworks.ts';
import { type TetrominoTruth, tetrominoTruth } from './tetrominoTruth.ts';

export interface KnownTruthOptions {
  readonly runtime: Runtime;
  /** Of data, networks, random maps and intervals. Default 0. */
  readonly seed?: number;
  /** Default: `standardMethods`. */
  readonly methods?: MethodsFor;
  /** Judged at most, for each scenario. Default 200. */
  readonly images?: number;
  /** Tetrominoes of a scenario, 80% of which are trained on: a multiple of 40. Default 10,000. */
  readonly count?: number;
  /** Default: all four. */
  readonly scenarios?: readonly Scenario[];
  /** Default: both. */
  readonly backgrounds?: readonly Background[];
  /** Default: all three. */
  readonly networks?: readonly TetrominoNetwork[];
  /** For the planted shortcut, which is left out without them. */
  readonly digits?: Dataset;
  readonly onProgress?: (progress: KnownTruthProgress) => void;
  readonly signal?: AbortSignal;
}

export interface KnownTruthProgress {
  /** Scenarios, the shortcut and hand-set networks that are finished, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** Methods against explanations that are known beforehand, as plain data. */
export interface KnownTruth {
  readonly seed: number;
  readonly runtime: string;
  readonly tetrominoes: readonly TetrominoTruth[];
  /** None without digits. */
  readonly shortcuts: readonly ShortcutTruth[];
  readonly shapley: readonly ShapleyTruth[];
  /** What a signal kept from being done; absent where none came. */
  readonly missing?: readonly string[];
}

/**
 * Makes data whose explanation is known, trains networks on them, and compares methods with what is known: the pixels of
 * tetrominoes in noise, a planted shortcut, exact Shapley values. The same for the same seed, runtime and threads.
 * Once the signal is aborted, what is finished is given.
 * @throws ArgumentError for a count that cannot be split; the signal's reason if nothing is finished yet; what `trainModel`
 * and `explain` throw
 */
export async function knownTruth(options: KnownTruthOptions): Promise<KnownTruth> {
  const { runtime, seed = 0, methods = standardMethods, images = 200, count = 10_000, digits, signal } = options;
  const { networks = allNetworks } = options;
  const pairs = (options.scenarios ?? scenarios).flatMap((scenario) =>
    (options.backgrounds ?? backgrounds).map((background) => ({ scenario, background })),
  );
  let done = 0;
  const onStep = (what: string) => options.onProgress?.({ done, total: tasks.length, what });
  const shared = { runtime, methods, seed, images, signal, onStep };
  const shapley: ShapleyTruth[] = [];
  const shortcuts: ShortcutTruth[] = [];
  const tetrominoes: TetrominoTruth[] = [];
  const tasks: readonly Task[] = [
    ...handSetNetworks(seed).map((network) => ({
      what: `network "${network.name}"`,
      run: async () => shapley.push(await shapleyTruth(network, shared)),
    })),
    ...shortcutKinds.flatMap((kind) =>
      digits
        ? {
            what: `planted shortcut, ${kind}`,
            run: async () => shortcuts.push(await shortcutTruth(kind, { ...shared, digits })),
          }
        : [],
    ),
    ...pairs.map(({ scenario, background }) => ({
      what: `${scenario}, ${background}`,
      run: async () => tetrominoes.push(await tetrominoTruth(scenario, background, { ...shared, count, networks })),
    })),
  ];
  for (const { run } of tasks) {
    try {
      await run();
      signal?.throwIfAborted();
    } catch (error) {
      if (!signal?.aborted || done === 0) throw error;
      break;
    }
    done += 1;
  }
  const missing = tasks.slice(done).map(({ what }) => what);
  return { seed, runtime: runtime.name, tetrominoes, shortcuts, shapley, ...(missing.length > 0 ? { missing } : {}) };
}

/** One part of the whole, whose result is kept once it is there. */
interface Task {
  readonly what: string;
  readonly run: () => Promise<unknown>;
}
