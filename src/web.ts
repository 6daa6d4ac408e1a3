/* The WebAssembly runtime, which needs the package onnxruntime-web. */

export { type WebRuntimeOptions, webRuntime } from './runtime/web.ts';
