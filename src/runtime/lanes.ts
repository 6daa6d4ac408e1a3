import type { Model } from '../onnx/graph.ts';
import { concatRows, rows as rowsOf } from '../onnx/tensor.ts';
import { ranges } from './portions.ts';
import { program, type Rows } from './program.ts';
import { type Releasable, together } from './release.ts';
import type { OptimizationLevel, Runtime } from './runtime.ts';

/** What computes some values of rows. */
export interface RowRunner extends Releasable {
  /** The float32 outputs of all rows, [n, ...] each. @throws ArgumentError, RunError */
  runRows(rows: Rows): Promise<Rows>;
}

interface LaneOptions {
  readonly outputs: readonly string[];
  /** Rows of one run on all threads; the lanes together run as many at a time. */
  readonly batchSize: number;
  readonly optimization: OptimizationLevel;
  /** Rows of one call from which on they are shared out; default: two for each lane. */
  readonly leastRows?: number;
}

/** Bytes of weights that are held once more for every lane. */
const mostWeights = 64e6;

/** A runtime's lanes, where it has some and the model's weights are not too many to be held in each. */
export function lanesFor(runtime: Runtime, { graph }: Model): readonly Runtime[] | undefined {
  let bytes = 0;
  for (const { data } of graph.initializers.values()) bytes += ArrayBuffer.isView(data) ? data.byteLength : 0;
  return bytes <= mostWeights ? runtime.lanes : undefined;
}

/** Rows for each lane from which on a second set of sessions is worth opening. */
const fewest = 2;

/**
 * A program whose rows are shared out among the runtime's lanes, in their order. Few rows run on all threads; the sessions in the
 * lanes are opened when there are more.
 * @throws SessionError where the runtime refuses the model.
 */
export async function programInLanes(
  runtime: Runtime,
  model: Model,
  { outputs, batchSize, optimization, leastRows = 0 }: LaneOptions,
): Promise<RowRunner> {
  const whole = await program(runtime, model, { batchSize, optimization });
  const lanes = lanesFor(runtime, model);
  const least = Math.max(leastRows, fewest * (lanes?.length ?? 1));
  let opened: ReturnType<typeof open> | undefined;

  function open(among: readonly Runtime[]) {
    const options = { batchSize: Math.max(1, Math.floor(batchSize / among.length)), optimization };
    return together(async (keep) => {
      const opening = among.map((lane) => keep(program(lane, model, options)));
      // All are awaited before one that failed is told of, so that none is left open.
      await Promise.allSettled(opening);
      return { programs: await Promise.all(opening) };
    });
  }

  return {
    async runRows(rows) {
      const count = Object.values(rows)[0]?.dims[0] ?? 0;
      if (!lanes || batchSize < lanes.length || count < least) return whole.runRows(rows, { wanted: outputs });
      opened ??= open(lanes);
      const { programs } = await opened;
      const parts = await Promise.all(
        ranges(count, Math.ceil(count / programs.length)).map(({ from, to }, i) => {
          const part = Object.entries(rows).map(([name, all]) => [name, rowsOf(all, from, to)] as const);
          return (programs[i] ?? whole).runRows(Object.fromEntries(part), { wanted: outputs });
        }),
      );
      return Object.fromEntries(outputs.map((name) => [name, concatRows(parts.flatMap((part) => part[name] ?? []))]));
    },
    async release() {
      try {
        await (await opened)?.release();
      } finally {
        await whole.release();
      }
    },
  };
}
