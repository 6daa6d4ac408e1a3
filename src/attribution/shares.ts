import type { Graph, Model } from '../onnx/graph.ts';
import { concatRows, rows as rowsOf, type Tensor } from '../onnx/tensor.ts';
import type { RowRunner } from '../runtime/lanes.ts';
import { ranges } from '../runtime/portions.ts';
import { program, type Rows } from '../runtime/program.ts';
import { together } from '../runtime/release.ts';
import { floatOutputOf, type OptimizationLevel, outputOf, type Runtime, type Values } from '../runtime/runtime.ts';

/** An explanation's samples shared out, to be computed at the same time. */
export interface Shares {
  readonly each: readonly { readonly graph: Graph; readonly outputs: readonly ShareOutput[] }[];
  /** Makes the outputs of the whole, in their order, of those of all shares. */
  readonly join: Graph;
}

/** What a share gives, and the join's input that it becomes. */
export interface ShareOutput {
  readonly name: string;
  readonly joined: string;
}

interface ShareOptions {
  /** The outputs of the whole that are wanted. */
  readonly names: readonly string[];
  readonly imagesAtOnce: number;
  readonly optimization: OptimizationLevel;
}

/**
 * Compiles each share in a lane of its own.
 * @param model of the whole.
 * @throws SessionError where the runtime refuses one.
 */
export function openShares(
  runtime: Runtime,
  lanes: readonly Runtime[],
  model: Model,
  { each, join }: Shares,
  { names, imagesAtOnce, optimization }: ShareOptions,
): Promise<RowRunner> {
  return together(async (keep) => {
    const opened = each.map(async ({ graph, outputs }, i) => {
      const options = { outputs: outputs.map(({ name }) => name), optimization };
      const { run } = await keep(program(lanes[i] ?? runtime, { ...model, graph }, options));
      return async (feeds: Values): Promise<(readonly [string, Tensor])[]> => {
        const found = await run(feeds);
        return outputs.map(({ name, joined }) => [joined, outputOf(found, name)] as const);
      };
    });
    // All are awaited before one that failed is told of, so that none is left open.
    await Promise.allSettled(opened);
    const shares = await Promise.all(opened);
    const inJoin = new Map(model.graph.outputs.map(({ name }, i) => [name, join.outputs[i]?.name ?? name]));
    const wanted = names.map((name) => ({ name, joined: inJoin.get(name) ?? name }));
    const options = { outputs: wanted.map(({ joined }) => joined), optimization };
    const joining = await keep(program(runtime, { ...model, graph: join }, options));
    return {
      async runRows(rows: Rows): Promise<Rows> {
        const parts: Values[] = [];
        const count = Object.values(rows)[0]?.dims[0] ?? 0;
        for (const { from, to } of ranges(count, imagesAtOnce)) {
          const feeds = Object.fromEntries(Object.entries(rows).map(([name, all]) => [name, rowsOf(all, from, to)]));
          const states = (await Promise.all(shares.map((share) => share(feeds)))).flat();
          parts.push(await joining.run({ ...feeds, ...Object.fromEntries(states) }));
        }
        return Object.fromEntries(
          wanted.map(({ name, joined }) => [name, concatRows(parts.map((part) => floatOutputOf(part, joined)))]),
        );
      },
    };
  });
}
