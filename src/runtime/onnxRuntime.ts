import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor as OrtTensor,
  TensorConstructor,
} from 'onnxruntime-common';
import type { DataOf, ElementType } from '../onnx/elementType.ts';
import type { Model } from '../onnx/graph.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/writeModel.ts';
import { RunError, type Runtime, type Session, SessionError, type SessionOptions, type Values } from './runtime.ts';

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface OnnxRuntimePackage {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** ONNX Runtime makes as many threads as it is told. */
const mostThreads = 1024;

/**
 * A Runtime on one of the onnxruntime packages. `threads` is what one operator may use.
 * @throws SessionError for a number of threads that is none.
 */
export function onnxRuntime(ort: OnnxRuntimePackage, name: string, provider: string, threads: number): Runtime {
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) {
    throw new SessionError(`${name} takes 1 to ${mostThreads} threads, not ${threads}.`);
  }
  return {
    name,
    threads,
    async createSession(model: Model, options: SessionOptions = {}): Promise<Session> {
      const settings: InferenceSession.SessionOptions = {
        executionProviders: [provider],
        graphOptimizationLevel: options.optimization === 'none' ? 'disabled' : 'all',
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        // What goes wrong is thrown; ONNX Runtime need not say it on stderr too.
        logSeverityLevel: 4,
      };
      let session: InferenceSession;
      try {
        session = await ort.InferenceSession.create(writeModel(model), settings);
      } catch (cause) {
        throw new SessionError(`${name} does not take the model: ${messageOf(cause)}`, { cause });
      }
      return wrap(session, ort.Tensor, name);
    },
  };
}

function wrap(session: InferenceSession, OrtTensor: TensorConstructor, name: string): Session {
  let released: Promise<void> | undefined;
  return {
    outputNames: session.outputNames,
    async run(feeds: Values, outputs: readonly string[] = session.outputNames): Promise<Values> {
      if (released) throw new RunError('The session was released: nothing can be run with it any more.');
      try {
        const ortFeeds = Object.fromEntries(
          Object.entries(feeds).map(([input, t]) => [input, toOrt(OrtTensor, t)] as const),
        );
        const results = await session.run(ortFeeds, outputs);
        return Object.fromEntries(Object.entries(results).map(([output, t]) => [output, fromOrt(t)] as const));
      } catch (cause) {
        throw new RunError(`${name} failed while running the model: ${messageOf(cause)}`, { cause });
      }
    },
    release: () => {
      released ??= session.release();
      return released;
    },
  };
}

function toOrt(OrtTensor: TensorConstructor, t: Tensor): OrtTensor {
  return new OrtTensor(t.type as OrtTensor.Type, t.data as OrtTensor.DataType, t.dims);
}

function fromOrt(t: OrtTensor): Tensor {
  const { type, dims, data } = t;
  // Where JavaScript has half-precision arrays ONNX Runtime gives those; here such data are bit patterns.
  const isHalf = type === 'float16' && ArrayBuffer.isView(data);
  const bits = isHalf ? new Uint16Array(data.buffer, data.byteOffset, t.size) : data;
  return { type, dims, data: bits as DataOf<ElementType> };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
