import { defineConfig } from 'vite';

// Several threads need a page that is cross-origin isolated.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  server: { headers },
  preview: { headers },
  // Vite's default cannot be split, and ONNX Runtime is loaded by an import while the worker runs.
  worker: { format: 'es' },
  // Only workers import them, where the development server finds them late and loads the page again.
  optimizeDeps: { include: ['konkyo', 'konkyo/web'] },
});
