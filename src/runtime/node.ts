import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { onnxRuntime } from './onnxRuntime.ts';
import type { Runtime } from './runtime.ts';

/**
 * ONNX Runtime's native CPU provider. Node only.
 *
 * Its measurements of use are turned off, for the whole process, unless ORT_DISABLE_TELEMETRY says otherwise: on Linux it keeps
 * a database of them in the user's cache, sends them away, and reads the command line by a recursion that overflows the
 * stack (a segmentation fault) where that has more than some 28,000 bytes. It looks at the variable at its first session.
 */
export function nodeRuntime(options: { readonly threads?: number } = {}): Runtime {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const version = ort.env.versions.node ?? '';
  return onnxRuntime(ort, `onnxruntime-node ${version}`.trim(), 'cpu', options.threads ?? availableParallelism());
}
