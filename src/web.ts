/* The WebAssembly runtime, which needs the package onnxruntime-web. */

export { webRuntime } from './runtime/web.ts';
