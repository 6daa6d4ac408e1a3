import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import type { DataOf, ElementType } from '../onnx/elementType.ts';
import { type Model, type ValueInfo, valueNames } from '../onnx/graph.ts';
import { reservedPrefix } from '../onnx/graphBuilder.ts';
import { renameValues } from '../onnx/renameValues.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/writeModel.ts';
import {
  DeviceError,
  type OptimizationLevel,
  RunError,
  type Runtime,
  type Session,
  SessionError,
  type SessionOptions,
  type Values,
} from './runtime.ts';

/** What is asked of onnxruntime-node and onnxruntime-web. */
export interface OnnxRuntimePackage {
  readonly InferenceSession: {
    create(model: Uint8Array, settings: InferenceSession.SessionOptions): Promise<OrtSession>;
  };
  readonly Tensor: TensorConstructor;
}

interface OrtSession {
  readonly outputNames: readonly string[];
  run(
    feeds: InferenceSession.FeedsType,
    outputs: readonly string[],
    options: InferenceSession.RunOptions,
  ): Promise<InferenceSession.ReturnType>;
  release(): Promise<void>;
}

/** ONNX Runtime makes as many threads as it is told. */
const mostThreads = 1024;

/**
 * A Runtime on one of the onnxruntime packages. `threads` is what one operator may use.
 * @throws SessionError for a number of threads that is none.
 */
export function onnxRuntime(
  ort: OnnxRuntimePackage,
  name: string,
  provider: InferenceSession.ExecutionProviderConfig,
  threads: number,
): Runtime {
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) {
    throw new SessionError(`${name} takes 1 to ${mostThreads} threads, not ${threads}.`);
  }
  return {
    name,
    threads,
    async createSession(model: Model, options: SessionOptions = {}): Promise<Session> {
      const settings: InferenceSession.SessionOptions = {
        executionProviders: [provider],
        graphOptimizationLevel: ortLevel(options.optimization ?? 'all'),
        extra: {
          session: {
            // Joined to 8-bit operators, quantised layers saturate on processors without VNNI: other scores, without a word.
            disable_quant_qdq: '1',
            // Between two operators threads would wait at full speed, and take the processor from JavaScript and from other programs.
            intra_op: { allow_spinning: '0' },
          },
        },
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        ...quiet,
      };
      let session: OrtSession;
      try {
        session = await ort.InferenceSession.create(writeModel(withSafeNames(model)), settings);
      } catch (cause) {
        if (isWithoutDevice(messageOf(cause))) {
          throw new DeviceError(
            `${name} finds no such device here (${messageOf(cause).trim()}). Run on the processor (--device cpu), or install the driver of a GPU.`,
            { cause },
          );
        }
        throw new SessionError(`${name} does not take the model: ${messageOf(cause)}`, { cause });
      }
      return wrap(session, ort.Tensor, name);
    },
  };
}

/** As ONNX Runtime says it of WebGPU, and of CUDA. */
function isWithoutDevice(message: string): boolean {
  return /no supported adapters|failed to get a webgpu adapter|no cuda-capable device|cuda driver version/i.test(
    message,
  );
}

/** What goes wrong is thrown; ONNX Runtime need not say it on stderr too, with a stranger's names as they are. */
const quiet = { logSeverityLevel: 4 } as const;

function ortLevel(level: OptimizationLevel): NonNullable<InferenceSession.SessionOptions['graphOptimizationLevel']> {
  return level === 'none' ? 'disabled' : level;
}

function wrap(session: OrtSession, OrtTensor: TensorConstructor, name: string): Session {
  let released: Promise<void> | undefined;
  return {
    outputNames: session.outputNames.map(ownName),
    async run(feeds: Values, outputs: readonly string[] = session.outputNames): Promise<Values> {
      if (released) throw new RunError('The session was released: nothing can be run with it any more.');
      try {
        const ortFeeds = Object.fromEntries(
          Object.entries(feeds).map(([input, t]) => [safeName(input), toOrt(OrtTensor, t)] as const),
        );
        const results = await session.run(ortFeeds, outputs.map(safeName), quiet);
        return Object.fromEntries(Object.entries(results).map(([output, t]) => [ownName(output), fromOrt(t)] as const));
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

/*
 * ONNX Runtime's JavaScript side keeps values in plain objects by their names, where one called "__proto__" is lost and one called
 * "toString" is found though it was not asked for. They get other names there.
 */
const unsafe: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
const standIn = `${reservedPrefix}runtime/`;
const safeName = (name: string) => (unsafe.has(name) ? `${standIn}${name}` : name);
const ownName = (name: string) => (name.startsWith(standIn) ? name.slice(standIn.length) : name);

function withSafeNames(model: Model): Model {
  const { graph } = model;
  if (![...valueNames(graph)].some((name) => unsafe.has(name))) return model;
  const renamed = (info: ValueInfo) => ({ ...info, name: safeName(info.name) });
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.map(renamed),
      outputs: graph.outputs.map(renamed),
      valueInfo: graph.valueInfo.map(renamed),
      nodes: graph.nodes.map((node) => renameValues(node, safeName)),
      initializers: new Map([...graph.initializers].map(([name, value]) => [safeName(name), value])),
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
