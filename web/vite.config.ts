import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const source = (entry: string) => fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url));
// Several threads need a page that is cross-origin isolated.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const aliases = [
  { find: /^konkyo$/, replacement: source('index') },
  { find: /^konkyo\/(\w+)$/, replacement: source('$1') },
  // Half the size of the default entry; the one for WebGPU is loaded where there is WebGPU.
  { find: /^onnxruntime-web$/, replacement: 'onnxruntime-web/wasm' },
];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Found wherever the folder is put.
  base: './',
  resolve: { alias: aliases },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
  build: {
    outDir: fileURLToPath(new URL('../dist/app', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2023',
  },
});
