import * as defaultEntry from 'onnxruntime-web';
import { isKonkyoError } from '../konkyoError.ts';
import { limitsOf, providerOf } from './device.ts';
import { onnxRuntime } from './onnxRuntime.ts';
import { type Runtime, type RuntimeLimits, SessionError } from './runtime.ts';

/** How the WebAssembly runtime is set up. */
export interface WebRuntimeOptions {
  /** How many threads one operator may use; default 1. More than one needs a cross-origin isolated page, and in most bundled apps `files`. */
  readonly threads?: number;
  /**
   * Addresses of `ort-wasm-simd-threaded.mjs` and `ort-wasm-simd-threaded.wasm`, which lie in onnxruntime-web's folder `dist`. Each thread loads
   * the first; without it, a thread loads the chunk that ONNX Runtime was bundled into, the app's own code with it.
   */
  readonly files?: { readonly mjs: string | URL; readonly wasm: string | URL };
  /** How long several threads may take to start, with the download; default 60. */
  readonly secondsToStart?: number;
  /** What graphs run on; default 'cpu', which is WebAssembly. What WebGPU lacks is computed another way, or there. */
  readonly device?: 'cpu' | 'webgpu';
  /**
   * The entry of onnxruntime-web that runs graphs; default 'onnxruntime-web'. WebGPU needs another one, whose kernels are those of
   * onnxruntime-node: `import * as ort from 'onnxruntime-web/webgpu'`. It has no float64: not for 'cpu', where sampled methods need it.
   */
  readonly ort?: typeof defaultEntry;
}

/**
 * ONNX Runtime as WebAssembly: browsers, and Node without native code. Needs the package onnxruntime-web.
 * @throws SessionError for threads that the page cannot give: more than one need a page that is cross-origin isolated; and for WebGPU
 * where the browser has none.
 */
export function webRuntime({ device = 'cpu', ...options }: WebRuntimeOptions = {}): Runtime {
  const processor = wasmRuntime(options);
  if (device === 'cpu') return processor;
  const { navigator } = globalThis as BrowserGlobals;
  if (!navigator?.gpu) {
    throw new SessionError(
      'This browser offers no WebGPU here: it needs a page from https or localhost, and a browser that has it. Leave the device at "cpu".',
    );
  }
  if (!options.ort || options.ort === defaultEntry) {
    throw new SessionError(
      "WebGPU needs another entry of onnxruntime-web: import * as ort from 'onnxruntime-web/webgpu', and give webRuntime({ device: 'webgpu', ort }).",
    );
  }
  const runtime = onnxRuntime(options.ort, `${processor.name} on webgpu`, providerOf('webgpu'), processor.threads);
  return { ...runtime, limits: limitsOf.webgpu, reference: { ...processor, limits: limitsOfItsProcessor } };
}

/** The entry for WebGPU is built without double precision, WebAssembly too. */
const limitsOfItsProcessor: RuntimeLimits = { lacks: ['float64'], onProcessor: [] };

function wasmRuntime({
  threads = 1,
  files,
  secondsToStart = 60,
  ort = defaultEntry,
}: Omit<WebRuntimeOptions, 'device'>): Runtime {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new SessionError(`threads is ${threads}, but must be a whole number of 1 or more.`);
  }
  const { crossOriginIsolated, location } = globalThis as BrowserGlobals;
  if (threads > 1 && crossOriginIsolated === false) {
    throw new SessionError(
      `This page is not cross-origin isolated, so ONNX Runtime has one thread, not ${threads}. Serve it with the headers "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp", or ask for one thread.`,
    );
  }
  const { wasm } = ort.env;
  wasm.numThreads = threads;
  // ONNX Runtime reads addresses as relative to its own script, people as relative to the page.
  const absolute = (address: string | URL) => new URL(address, location?.href).href;
  if (files) wasm.wasmPaths = { mjs: absolute(files.mjs), wasm: absolute(files.wasm) };
  const version = ort.env.versions.web ?? '';
  const runtime = onnxRuntime(ort, `onnxruntime-web ${version}`.trim(), 'wasm', threads);
  if (threads === 1) return runtime;
  // A thread that loads the app in the place of ONNX Runtime never answers, and ONNX Runtime would wait for it.
  wasm.initTimeout = secondsToStart * 1000;
  return {
    ...runtime,
    async createSession(model, options) {
      try {
        return await runtime.createSession(model, options);
      } catch (cause) {
        if (!isKonkyoError(cause, 'session') || !cause.message.includes('due to timeout')) throw cause;
        throw new SessionError(
          `ONNX Runtime's ${threads} threads did not start within ${secondsToStart} s. In a bundled app, give webRuntime the addresses of ONNX Runtime's own files: files: { mjs, wasm }, of "onnxruntime-web/ort-wasm-simd-threaded.mjs" and ".wasm". On a slow connection, raise secondsToStart. The page has to be loaded again.`,
          { cause },
        );
      }
    },
  };
}

/** Globals that browsers have and Node has not. */
interface BrowserGlobals {
  readonly crossOriginIsolated?: boolean;
  readonly location?: { readonly href: string };
  readonly navigator?: { readonly gpu?: unknown };
}
