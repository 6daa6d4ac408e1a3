import { ArgumentError } from '../argumentError.ts';
import type { Model } from '../onnx/graph.ts';
import { prune } from '../onnx/prune.ts';
import { concatRows, float32, rows as rowsOf, type Tensor } from '../onnx/tensor.ts';
import { adapt } from '../transforms/optimize/adapt.ts';
import { type Range, ranges } from './portions.ts';
import { type Releasable, scoped } from './release.ts';
import { floatOutputOf, type OptimizationLevel, type Runtime, type Values } from './runtime.ts';

interface ProgramOptions {
  /** The values of the graph that are computed, and nothing that they do not need. Default: the graph as it is. */
  readonly outputs?: readonly string[];
  /** Rows of one run where they go through in batches. Default: all at once. */
  readonly batchSize?: number;
  /** Default 'all'. */
  readonly optimization?: OptimizationLevel;
}

/** Tensors [n, ...] of equally many rows, by the names of graph inputs. */
export type Rows = Readonly<Record<string, Tensor<'float32'>>>;

interface RowOptions {
  /** Inputs that are the same for every batch of rows. */
  readonly whole?: Values;
  /** The outputs wanted; all by default. */
  readonly wanted?: readonly string[];
}

/** What a run of some of the rows gives, and which they are. */
export interface Batch extends Range {
  readonly values: Values;
}

/** A graph compiled once, to be run as often as is wanted. */
export interface Program extends Releasable {
  readonly outputs: readonly string[];
  /**
   * One run.
   * @param feeds a tensor for each input; those for inputs that the outputs do not need are left out.
   * @throws RunError
   */
  run(feeds: Values, wanted?: readonly string[]): Promise<Values>;
  /** A run for each batch of rows, in their order: full batches, and a shorter last one. @throws ArgumentError, RunError */
  batches(rows: Rows, options?: RowOptions): AsyncIterable<Batch>;
  /** The float32 outputs of all rows, [n, ...] each, run in batches. @throws ArgumentError, RunError */
  runRows(rows: Rows, options?: RowOptions): Promise<Rows>;
  /** Frees the session; a second time nothing happens. */
  release(): Promise<void>;
}

/**
 * Compiles what some values of a model's graph need.
 * @throws SessionError where the runtime refuses it.
 */
export async function program(
  runtime: Runtime,
  model: Model,
  { outputs: named, batchSize = Number.MAX_SAFE_INTEGER, optimization }: ProgramOptions = {},
): Promise<Program> {
  const outputs = named ?? model.graph.outputs.map(({ name }) => name);
  const infos = named?.map((name) => ({ name }));
  const graph = infos ? prune(model.graph, infos) : model.graph;
  const read = new Set(graph.inputs);
  const unread = new Set(model.graph.inputs.flatMap((input) => (read.has(input) ? [] : [input.name])));
  const adapted = runtime.limits ? adapt(graph, runtime.limits.lacks) : graph;
  const session = await runtime.createSession({ ...model, graph: adapted }, optimization ? { optimization } : {});
  const needed = (feeds: Values): Values =>
    unread.size === 0 ? feeds : Object.fromEntries(Object.entries(feeds).filter(([name]) => !unread.has(name)));
  const run = (feeds: Values, wanted = outputs) => session.run(needed(feeds), wanted);

  async function* batches(rows: Rows, { whole = {}, wanted = outputs }: RowOptions = {}): AsyncGenerator<Batch> {
    for (const { from, to } of ranges(countOf(rows), batchSize)) {
      const part = Object.entries(rows).map(([name, all]) => [name, rowsOf(all, from, to)] as const);
      yield { from, to, values: await run({ ...whole, ...Object.fromEntries(part) }, wanted) };
    }
  }

  async function runRows(rows: Rows, options: RowOptions = {}): Promise<Rows> {
    const { wanted = outputs } = options;
    const parts = new Map<string, Tensor<'float32'>[]>(wanted.map((name) => [name, []]));
    for await (const { values } of batches(rows, options)) {
      for (const [name, list] of parts) list.push(floatOutputOf(values, name));
    }
    return Object.fromEntries([...parts].map(([name, list]) => [name, joined(list)] as const));
  }

  let released: Promise<void> | undefined;
  const release = () => {
    released ??= session.release();
    return released;
  };
  return { outputs, run, batches, runRows, release };
}

/** Compiles a graph, runs it on these rows, and releases it. */
export function runOnce(runtime: Runtime, model: Model, options: ProgramOptions, rows: Rows): Promise<Rows> {
  return scoped(async (keep) => (await keep(program(runtime, model, options))).runRows(rows));
}

function countOf(rows: Rows): number {
  const counts = new Set(Object.values(rows).map(({ dims: [count = 0] }) => count));
  const [count = 0, other] = counts;
  if (other !== undefined)
    throw new ArgumentError(`Rows that go together differ in number: ${[...counts].join(', ')}.`);
  return count;
}

function joined(parts: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const [only, second] = parts;
  if (!only) return float32([0], []);
  return second ? concatRows(parts) : only;
}
