import { nodeRuntime } from '../src/runtime/node.ts';
import type { Runtime } from '../src/runtime/runtime.ts';
import { webRuntime } from '../src/runtime/web.ts';

/** Every runtime the numeric tests run on. */
export const runtimes: readonly { readonly name: string; readonly runtime: Runtime }[] = [
  { name: 'CPU', runtime: nodeRuntime({ threads: 1 }) },
  { name: 'WASM', runtime: webRuntime({ threads: 1 }) },
];

export const cpu: Runtime = runtimes[0]!.runtime;
