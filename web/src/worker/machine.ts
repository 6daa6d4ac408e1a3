import type { Runtime } from 'konkyo';
import { webRuntime } from 'konkyo/web';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { Machine } from './protocol.ts';

/** More threads than this gain nothing on the networks measured. */
const mostThreads = 8;

/** The quickest runtime that there is here, and what it is. */
export async function chooseRuntime({
  device,
  threads: asked,
}: {
  readonly device?: 'webgpu' | 'wasm';
  readonly threads?: number;
}): Promise<{ readonly runtime: Runtime; readonly machine: Machine }> {
  const threads = crossOriginIsolated ? Math.min(mostThreads, asked ?? navigator.hardwareConcurrency) : 1;
  const adapter = device === 'wasm' ? 'asked' : await graphics(device === 'webgpu');
  if (adapter === 'webgpu') {
    const [ort, { default: gpuMjs }, { default: gpuWasm }] = await Promise.all([
      import('onnxruntime-web/webgpu'),
      import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'),
      import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
    ]);
    const runtime = webRuntime({ device: 'webgpu', threads, ort, files: { mjs: gpuMjs, wasm: gpuWasm } });
    return { runtime, machine: { device: 'webgpu', threads, runtime: runtime.name } };
  }
  const runtime = webRuntime({ threads, files: { mjs, wasm } });
  const why = crossOriginIsolated ? adapter : 'not-isolated';
  return { runtime, machine: { device: 'wasm', threads, runtime: runtime.name, why } };
}

/** Whether there is a graphics processor; one that the processor plays is slower than the processor, and only taken when asked for. */
async function graphics(isAsked: boolean): Promise<'webgpu' | NonNullable<Machine['why']>> {
  const gpu = (navigator as { readonly gpu?: { requestAdapter(): Promise<Adapter | null> } }).gpu;
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return 'no-webgpu';
  return isAsked || !(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter) ? 'webgpu' : 'software-webgpu';
}

interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: { readonly isFallbackAdapter?: boolean };
}
