import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor as OrtTensor,
  TensorConstructor,
} from 'onnxruntime-common';
import type { DataOf, ElementType } from '../onnx/elementType.ts';
import { isNumeric } from '../onnx/elementType.ts';
import type { Model } from '../onnx/graph.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/writeModel.ts';
import { RunError, type Runtime, type Session, SessionError, type SessionOptions, type Values } from './runtime.ts';

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface OnnxRuntimePackage {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** A Runtime on one of the onnxruntime packages. `threads` is what one operator may use. */
export function onnxRuntime(ort: OnnxRuntimePackage, name: string, provider: string, threads: number): Runtime {
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
        logSeverityLevel: 3,
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
  return {
    outputNames: session.outputNames,
    async run(feeds: Values, outputs: readonly string[] = session.outputNames): Promise<Values> {
      const ortFeeds = Object.fromEntries(
        Object.entries(feeds).map(([input, t]) => [input, toOrt(OrtTensor, t)] as const),
      );
      try {
        const results = await session.run(ortFeeds, outputs);
        return Object.fromEntries(Object.entries(results).map(([output, t]) => [output, fromOrt(t)] as const));
      } catch (cause) {
        throw new RunError(`${name} failed while running the model: ${messageOf(cause)}`, { cause });
      }
    },
    release: () => session.release(),
  };
}

function toOrt(OrtTensor: TensorConstructor, t: Tensor): OrtTensor {
  if (!isNumeric(t.type) && t.type !== 'string')
    throw new RunError(`ONNX Runtime takes no ${t.type} tensors from JavaScript.`);
  return new OrtTensor(t.type as OrtTensor.Type, t.data as OrtTensor.DataType, t.dims);
}

function fromOrt(t: OrtTensor): Tensor {
  return { type: t.type as ElementType, dims: t.dims, data: t.data as DataOf<ElementType> };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
