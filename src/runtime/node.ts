import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { onnxRuntime } from './onnxRuntime.ts';
import type { Runtime } from './runtime.ts';

/** ONNX Runtime's native CPU provider. Node only. */
export function nodeRuntime(options: { readonly threads?: number } = {}): Runtime {
  const version = ort.env.versions.node ?? '';
  return onnxRuntime(ort, `onnxruntime-node ${version}`.trim(), 'cpu', options.threads ?? availableParallelism());
}
