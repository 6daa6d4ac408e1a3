import { KonkyoError } from '../konkyoError.ts';
import type { Model } from '../onnx/graph.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { Lack } from '../transforms/optimize/adapt.ts';

/*
 * What konkyo asks of whatever executes ONNX graphs. Two are here (node.ts, web.ts); users may bring their own.
 */

export interface Runtime {
  /** For messages and reports, e.g. "onnxruntime-node 1.30.0". */
  readonly name: string;
  readonly threads: number;
  /** What it cannot do, or not where it does the rest; by default there is nothing. */
  readonly limits?: RuntimeLimits;
  /** What it is held against: models are looked at, and run as they were given, on this one. By default on itself. */
  readonly reference?: Runtime;
  /**
   * Its threads shared out among runtimes whose sessions run at the same time: for what can be split into parts of equal size,
   * that is faster than every operator on all threads. By default there are none.
   */
  readonly lanes?: readonly Runtime[];
  /** @throws SessionError when the runtime refuses the model. */
  createSession(model: Model, options?: SessionOptions): Promise<Session>;
}

/** What a runtime on another device than the processor does not do there. */
export interface RuntimeLimits {
  /** Written another way in every graph that it gets. */
  readonly lacks: readonly Lack[];
  /** Operators that it leaves to the processor, with copies there and back. */
  readonly onProcessor: readonly string[];
}

/** How much a runtime may rewrite a graph before it runs it, from nothing to everything: ONNX Runtime's levels. */
export const optimizationLevels = ['none', 'basic', 'extended', 'all'] as const;
/** How far a runtime may rewrite a graph before it runs it. */
export type OptimizationLevel = (typeof optimizationLevels)[number];

/** How a model is made ready. */
export interface SessionOptions {
  /** 'none' leaves every node as it is: quick to set up, slow to run. Default 'all'. */
  readonly optimization?: OptimizationLevel;
}

/** Tensors by name. */
export type Values = Readonly<Record<string, Tensor>>;

/** A model that is ready to run. */
export interface Session {
  readonly outputNames: readonly string[];
  /**
   * @param feeds a tensor for each graph input.
   * @param outputs the outputs wanted; all by default.
   * @throws RunError when execution fails.
   */
  run(feeds: Values, outputs?: readonly string[]): Promise<Values>;
  /** Frees what the session holds; a second time nothing happens. */
  release(): Promise<void>;
}

/** The device that was asked for is not to be had: no model is to blame. */
export class DeviceError extends KonkyoError {
  readonly tag = 'device';
}

/** The runtime does not take a model. */
export class SessionError extends KonkyoError {
  readonly tag = 'session';
}

/** A model failed while it ran. */
export class RunError extends KonkyoError {
  readonly tag = 'run';
}

/**
 * One value of a run's result.
 * @throws RunError where the session has no such output.
 */
export function outputOf(values: Values, name: string): Tensor {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (!value) throw new RunError(`The session gave no value "${name}"; it gave ${Object.keys(values).join(', ')}.`);
  return value;
}

/** A float32 value of a run's result. */
export function floatOutputOf(values: Values, name: string): Tensor<'float32'> {
  const value = outputOf(values, name);
  if (value.type !== 'float32') throw new RunError(`"${name}" is ${value.type}, where float32 was expected.`);
  return value as Tensor<'float32'>;
}

/** The same runtime, whose sessions are optimised no further than `most`, whatever they ask for. */
export function limitOptimization(runtime: Runtime, most: OptimizationLevel): Runtime {
  if (most === 'all') return runtime;
  return {
    ...runtime,
    lanes: runtime.lanes?.map((lane) => limitOptimization(lane, most)),
    createSession: (model, { optimization = 'all', ...others } = {}) =>
      runtime.createSession(model, { ...others, optimization: lower(optimization, most) }),
  };
}

function lower(a: OptimizationLevel, b: OptimizationLevel): OptimizationLevel {
  return optimizationLevels.indexOf(a) < optimizationLevels.indexOf(b) ? a : b;
}
