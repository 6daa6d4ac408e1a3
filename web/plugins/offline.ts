import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type HtmlTagDescriptor, type Plugin } from 'vite';
import type { BuiltFile, BuiltFiles } from '../offline/builtFiles.ts';

const name = 'serviceWorker.js';
const source = fileURLToPath(new URL('../offline/serviceWorker.ts', import.meta.url));

/** What makes the page one that can be installed, with files of public/. */
const links: HtmlTagDescriptor[] = [
  { tag: 'link', attrs: { rel: 'manifest', href: './manifest.webmanifest' }, injectTo: 'head' },
  { tag: 'link', attrs: { rel: 'icon', href: './icon.svg', type: 'image/svg+xml' }, injectTo: 'head' },
  { tag: 'link', attrs: { rel: 'apple-touch-icon', href: './icon-192.png' }, injectTo: 'head' },
];

/** ONNX Runtime for WebGPU: large, and of use only where the browser has WebGPU. */
const webGpuRuntime = /ort-wasm[^/]*\.(asyncify|jsep|jspi)[^/]*\.wasm$/;

/** Bytes from which a file would hold up the first visit. */
const large = 2 ** 20;

/** Writes the service worker beside the app that was built, with the list of the app's files. */
export function offline(): Plugin {
  let outDir = '';
  return {
    name: 'konkyo:offline',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    transformIndexHtml: () => links,
    // Not before: what Vite copies from public/ is in none of its lists.
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(error) {
        if (error === undefined) await writeServiceWorker(outDir);
      },
    },
  };
}

async function writeServiceWorker(outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    publicDir: false,
    logLevel: 'warn',
    define: { builtFiles: JSON.stringify(await listFiles(outDir)) },
    build: {
      outDir,
      emptyOutDir: false,
      // No module: not every browser loads service workers as such.
      rolldownOptions: { input: source, output: { format: 'iife', entryFileNames: name } },
    },
  });
}

async function listFiles(folder: string): Promise<BuiltFiles> {
  const hash = createHash('sha256');
  const files: BuiltFile[] = [];
  // In the same order on every machine.
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const file = join(folder, path);
    if (path === name || path.endsWith('.map') || (await stat(file)).isDirectory()) continue;
    const bytes = await readFile(file);
    hash.update(path).update(bytes);
    files.push({ path: addressOf(path), kept: whenKept(path, bytes.length) });
  }
  return { version: hash.digest('hex').slice(0, 16), files };
}

/** Hosts may send the browser on from index.html to the folder, and an answer that does so cannot open a page. */
function addressOf(path: string): string {
  return path === 'index.html' ? './' : path.replaceAll(sep, '/');
}

function whenKept(path: string, size: number): BuiltFile['kept'] {
  if (webGpuRuntime.test(path)) return 'whenUsed';
  return size > large ? 'soon' : 'first';
}
