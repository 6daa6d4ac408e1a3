import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import sirv from 'sirv';
import { build } from 'vite';
import { offline } from '../../web/plugins/offline.ts';
import { policy } from '../../web/plugins/policy.ts';

const mebibyte = 2 ** 20;

/** Each way that a page has to send something, and what came of it where the browser says so. */
const ways = `
  const outcome = (promise) => promise.then(() => 'arrived', () => 'refused');
  const loaded = (element, to) =>
    new Promise((resolve, reject) => {
      element.onload = resolve;
      element.onerror = reject;
      element.src = to;
      document.body.append(element);
    });
  const connected = (to) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(to.replace('http', 'ws'));
      socket.onopen = resolve;
      socket.onerror = reject;
    });
  const submitted = (to) => {
    const form = document.createElement('form');
    // Else the page would go there itself.
    Object.assign(form, { action: to, method: 'post', target: '_blank' });
    document.body.append(form);
    form.submit();
  };
  export async function sendByAllMeans(to) {
    // These two say nothing of what became of them.
    navigator.sendBeacon(to + 'beacon', 'pixels');
    submitted(to + 'form');
    return Promise.all([
      fetch(to + 'fetch', { method: 'POST', body: 'pixels' }),
      fetch(to + 'blindly', { mode: 'no-cors' }),
      connected(to + 'socket'),
      loaded(new Image(), to + 'image'),
      loaded(document.createElement('script'), to + 'script'),
      import(/* @vite-ignore */ to + 'module'),
    ].map(outcome));
  }`;

/** An app as small as can be with what the service worker treats differently; `words` stands for its version. */
export async function buildApp(folder: string, words: string): Promise<string> {
  const files = {
    'index.html': '<!doctype html><title>app</title><p id="state"></p><script type="module" src="main.ts"></script>',
    'ways.js': ways,
    'main.ts': `
      import { sendByAllMeans } from './ways.js';
      import { keepForOffline } from ${JSON.stringify(resolve('web/src/offline.ts'))};
      const loads = Number(sessionStorage.getItem('loads') ?? 0) + 1;
      sessionStorage.setItem('loads', String(loads));
      const { kept } = await keepForOffline();
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
      const inWorker = (address) => new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(address);
      });
      const runtime = new URL('./ort-wasm-simd-threaded.wasm', import.meta.url).href;
      const webGpu = new URL('./ort-wasm-simd-threaded.asyncify.wasm', import.meta.url).href;
      Object.assign(globalThis, { kept, inWorker, sendByAllMeans, runtime, webGpu });
      document.querySelector('#state').textContent =
        JSON.stringify({ words: ${JSON.stringify(words)}, loads, isolated: crossOriginIsolated });`,
    'worker.ts': `
      self.onmessage = async ({ data }) => {
        const answer = await fetch(data).then((response) => response.arrayBuffer()).catch((error) => error.message);
        self.postMessage(typeof answer === 'string' ? answer : answer.byteLength);
      };`,
    'ort-wasm-simd-threaded.wasm': new Uint8Array(2 * mebibyte),
    'ort-wasm-simd-threaded.asyncify.wasm': new Uint8Array(3 * mebibyte),
    'public/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  };
  await mkdir(join(folder, 'public'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await build({
    root: folder,
    base: './',
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    plugins: [policy(), offline()],
  });
  return join(folder, 'dist');
}

export interface Host {
  readonly address: string;
  /** The paths that were asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

async function listening(server: Server, asked: string[], path: string): Promise<Host> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, asked, close };
}

/**
 * A host of files as many are: it sends no headers of ours, and has the app in a folder.
 * @param special paths that it answers for with a status only, when it likes
 */
export function plainHost(
  folder: string,
  special: Readonly<Record<string, () => Promise<number>>> = {},
): Promise<Host> {
  const asked: string[] = [];
  const files = sirv(folder, { dev: true, etag: true });
  const server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    if (!request.url?.startsWith('/app/')) return void response.end('another page of this host');
    request.url = request.url.slice('/app'.length);
    const status = await special[request.url]?.();
    if (status !== undefined) return void response.writeHead(status).end();
    files(request, response, () => void response.writeHead(404).end());
  });
  return listening(server, asked, '/app/');
}

/** Somewhere else, which would gladly take what a page sends. */
export function elsewhere(): Promise<Host> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    response.end('thanks');
  });
  server.on('upgrade', ({ url }, socket) => {
    asked.push(url ?? '');
    socket.destroy();
  });
  return listening(server, asked, '/');
}
