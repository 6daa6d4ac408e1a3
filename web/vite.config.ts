import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { appHeaders } from '../src/node/appHeaders.ts';
import { offline } from './plugins/offline.ts';
import { policy } from './plugins/policy.ts';

const source = (entry: string) => fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url));
const { 'Content-Security-Policy': _, ...isolated } = appHeaders;
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
  plugins: [policy(), offline()],
  // Several threads need a page that is cross-origin isolated; the development server needs what the policy forbids.
  server: { headers: isolated },
  preview: { headers: appHeaders },
  build: {
    outDir: fileURLToPath(new URL('../dist/webapp', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2023',
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
