import type { Plugin } from 'vite';
import { metaPolicy } from '../../src/node/appHeaders.ts';

/** Puts the content security policy into the built page, for hosts that send no headers. Vite's own server needs what it forbids. */
export function policy(): Plugin {
  return {
    name: 'konkyo:policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
        // Before all that it is to hold for.
        injectTo: 'head-prepend',
      },
    ],
  };
}
