import { Worker } from 'node:worker_threads';
import type { InferenceSession, TensorConstructor } from 'onnxruntime-common';
import type { OnnxRuntimePackage } from './onnxRuntime.ts';

/** What the thread is asked. Each request has a number of its own, which the answer bears too. */
type Request =
  | { readonly kind: 'open'; readonly model: Uint8Array; readonly settings: InferenceSession.SessionOptions }
  | {
      readonly kind: 'run';
      readonly session: number;
      readonly feeds: PlainTensors;
      readonly outputs: readonly string[];
    }
  | { readonly kind: 'release'; readonly session: number };

interface Answer {
  readonly id: number;
  readonly failed?: string;
  readonly value?: unknown;
}

type PlainTensors = Readonly<Record<string, PlainTensor>>;
type PlainTensor = { readonly type: string; readonly data: unknown; readonly dims: readonly number[] };

/** Plain JavaScript, for a thread has to run it as it is: in a checkout, published, and in a bundle. */
const threadCode = `
const { parentPort, workerData } = require('node:worker_threads');
const { InferenceSession, Tensor } = require(workerData);
const sessions = new Map();
const plain = ({ type, data, dims }) => ({ type, data, dims });
const answers = {
  async open({ model, settings }, id) {
    const session = await InferenceSession.create(model, settings);
    sessions.set(id, session);
    return session.outputNames;
  },
  async run({ session, feeds, outputs }) {
    const tensors = Object.entries(feeds).map(([name, t]) => [name, new Tensor(t.type, t.data, t.dims)]);
    const found = await sessions.get(session).run(Object.fromEntries(tensors), outputs, { logSeverityLevel: 4 });
    return Object.fromEntries(Object.entries(found).map(([name, t]) => [name, plain(t)]));
  },
  async release({ session }) {
    await sessions.get(session).release();
    sessions.delete(session);
  },
};
parentPort.on('message', async ({ id, request }) => {
  try {
    parentPort.postMessage({ id, value: await answers[request.kind](request, id) });
  } catch (error) {
    parentPort.postMessage({ id, failed: error instanceof Error ? error.message : String(error) });
  }
});`;

/**
 * ONNX Runtime in a thread of its own, where a run does not hold up the runs of other threads: onnxruntime-node works in the
 * thread that asks it. The thread begins with the first session and does not keep the process from ending.
 * @param file of onnxruntime-node.
 */
export function ortInThread(file: string, Tensor: TensorConstructor): OnnxRuntimePackage {
  let thread: Worker | undefined;
  let requests = 0;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  function started(): Worker {
    // Without flags of the process: by one of them the code would be taken for a module.
    const worker = new Worker(threadCode, { eval: true, workerData: file, stdin: false, execArgv: [] });
    worker.unref();
    worker.on('message', ({ id, failed, value }: Answer) => {
      const one = waiting.get(id);
      settle(id);
      if (failed === undefined) one?.resolve(value);
      else one?.reject(new Error(failed));
    });
    const stopped = (why: Error) => {
      thread = undefined;
      for (const [id, { reject }] of waiting) {
        settle(id);
        reject(why);
      }
    };
    worker.on('error', stopped);
    worker.on('exit', (code) => stopped(new Error(`its thread ended with code ${code}`)));
    return worker;
  }

  /** While an answer is awaited, the thread does keep the process. */
  function settle(id: number): void {
    waiting.delete(id);
    if (waiting.size === 0) thread?.unref();
  }

  function ask(request: Request): { readonly id: number; readonly answer: Promise<unknown> } {
    thread ??= started();
    requests += 1;
    const id = requests;
    const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    thread.ref();
    thread.postMessage({ id, request });
    return { id, answer };
  }

  const InferenceSession = {
    async create(model: Uint8Array, settings: InferenceSession.SessionOptions) {
      const { id, answer } = ask({ kind: 'open', model, settings });
      const outputNames = (await answer) as readonly string[];
      return {
        outputNames,
        async run(feeds: InferenceSession.FeedsType, outputs: readonly string[]) {
          const plain = Object.entries(feeds).map(([name, value]): [string, PlainTensor] => {
            const { type, data, dims } = value as InstanceType<TensorConstructor>;
            return [name, { type, data, dims }];
          });
          const run = ask({ kind: 'run', session: id, feeds: Object.fromEntries(plain), outputs });
          const found = (await run.answer) as PlainTensors;
          return Object.fromEntries(
            Object.entries(found).map(([name, { type, data, dims }]) => [
              name,
              new Tensor(type as 'float32', data as Float32Array, dims),
            ]),
          );
        },
        async release() {
          await ask({ kind: 'release', session: id }).answer;
        },
      };
    },
  };
  return { InferenceSession, Tensor };
}
