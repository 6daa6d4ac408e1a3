import type { Engine, Told } from './protocol.ts';

/* Calls of a worker's methods by messages, with what it tells in between. */

type Method = keyof Engine;
type Call = { readonly call: number; readonly method: Method; readonly args: readonly unknown[] };
type Answer = { readonly call: number } & (
  | { readonly answer: unknown }
  | { readonly failed: Failure }
  | { readonly told: keyof Told; readonly of: unknown }
);

interface Failure {
  readonly message: string;
  readonly tag?: string;
}

/** What the worker could not do. `tag` as of konkyo's errors; absent for an error of the app itself. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(
    message: string,
    readonly tag: string | undefined,
  ) {
    super(message);
  }
}

/** A worker's engine as the page calls it: where a method takes a `Told`, it is given as the last argument. */
export function connect(worker: Worker): Engine {
  let calls = 0;
  const open = new Map<number, { readonly told?: Told; resolve(value: unknown): void; reject(error: Error): void }>();
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const waiting = open.get(data.call);
    if (!waiting) return;
    if ('told' in data) {
      (waiting.told?.[data.told] as ((of: unknown) => void) | undefined)?.(data.of);
      return;
    }
    open.delete(data.call);
    if ('failed' in data) waiting.reject(new EngineError(data.failed.message, data.failed.tag));
    else waiting.resolve(data.answer);
  };
  worker.onerror = ({ message }) => {
    for (const { reject } of open.values()) reject(new EngineError(message || 'The worker failed.', undefined));
    open.clear();
  };
  const call =
    (method: Method) =>
    (...args: readonly unknown[]) => {
      const last = args.at(-1);
      const told = isTold(last) ? last : undefined;
      calls += 1;
      const message: Call = { call: calls, method, args: told ? args.slice(0, -1) : args };
      return new Promise((resolve, reject) => {
        open.set(message.call, { told, resolve, reject });
        worker.postMessage(message);
      });
    };
  return new Proxy({} as Engine, { get: (_, method: Method) => call(method) });
}

/** Answers calls in a worker. @param describe what is said of an error. */
export function serve(engine: Engine, describe: (error: unknown) => Failure): void {
  self.onmessage = async ({ data: { call, method, args } }: MessageEvent<Call>) => {
    const post = (answer: Answer) => self.postMessage(answer);
    const told: Told = {
      doing: (of) => post({ call, told: 'doing', of }),
      found: (of) => post({ call, told: 'found', of }),
    };
    try {
      const run = engine[method] as (...given: readonly unknown[]) => Promise<unknown>;
      post({ call, answer: await run(...args, told) });
    } catch (error) {
      post({ call, failed: describe(error) });
    }
  };
}

function isTold(value: unknown): value is Told {
  return typeof value === 'object' && value !== null && 'found' in value && typeof value.found === 'function';
}
