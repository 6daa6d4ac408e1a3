/*
 * What a browser is told of the app's pages. Nothing here is Node's: the server, the service worker and the page's own meta element
 * say the same.
 */

/**
 * From where a page of the app may get what: from the app itself, and from nowhere else. So a model and a picture cannot leave the
 * machine, whatever a file that was opened contains. `blob:` are things that the page made itself: pictures and reports.
 */
const sources = {
  'default-src': "'none'",
  // WebAssembly is ONNX Runtime.
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob: data:",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'frame-src': 'blob:',
  'base-uri': "'none'",
  'form-action': "'none'",
} as const;

/** The policy for a meta element, which cannot say who may frame the page. */
export const metaPolicy: string = Object.entries(sources)
  .map(([what, from]) => `${what} ${from}`)
  .join('; ');

/** Of every response. The first three isolate the page, without which browsers give it one thread only. */
export const appHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': `${metaPolicy}; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;
