import * as ort from 'onnxruntime-web';
import { onnxRuntime } from './onnxRuntime.ts';
import type { Runtime } from './runtime.ts';

/**
 * ONNX Runtime as WebAssembly: browsers, and Node without native code. Needs the package onnxruntime-web.
 * More than one thread needs a cross-origin isolated page.
 */
export function webRuntime(options: { readonly threads?: number } = {}): Runtime {
  const threads = options.threads ?? 1;
  ort.env.wasm.numThreads = threads;
  const version = ort.env.versions.web ?? '';
  return onnxRuntime(ort, `onnxruntime-web ${version}`.trim(), 'wasm', threads);
}
