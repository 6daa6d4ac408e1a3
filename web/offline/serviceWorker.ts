import { appHeaders } from '../../src/node/appHeaders.ts';
import { type BuiltFile, type BuiltFiles, isHashed } from './builtFiles.ts';

/*
 * Answers for the app: from what it kept, where there is no network; and with the headers that isolate the page and forbid every
 * connection to elsewhere, where the host of the files sends none.
 */

declare const self: ServiceWorkerGlobalScope;
/** Put in when it is built. */
declare const builtFiles: BuiltFiles;

const { version, files } = builtFiles;
const prefix = 'konkyo ';
const cacheName = prefix + version;
const addressOf = ({ path }: Pick<BuiltFile, 'path'>) => new URL(path, self.registration.scope).href;
const page = addressOf({ path: './' });
const pages = [page, addressOf({ path: 'index.html' })];
const fileAt = new Map(files.map((file) => [addressOf(file), file]));

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
// A first page got the large files while nobody kept them.
self.addEventListener('message', (event) => event.waitUntil(keep('soon')));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname;
  if (request.method !== 'GET' || !address.startsWith(self.registration.scope)) return;
  if (request.mode !== 'navigate') event.respondWith(keptFirst(event));
  // A host may have other pages below the app's folder: they are not ours to answer for.
  else if (pages.includes(address)) event.respondWith(networkFirst(request));
});

/** What is new is fetched; files whose names have a hash are taken over from the version before. */
async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  const old = [...fileAt].filter(([, file]) => isHashed(file));
  await Promise.all(
    old.map(async ([address]) => {
      const response = await caches.match(address);
      if (response) await cache.put(address, response);
    }),
  );
  await keep('first');
}

/** @throws TypeError where a file cannot be had: what is not whole is not installed, and the browser tries again. */
async function keep(kept: BuiltFile['kept']): Promise<void> {
  const cache = await caches.open(cacheName);
  const wanted = [...fileAt].filter(([, file]) => file.kept === kept);
  await Promise.all(
    wanted.map(async ([address, file]) => {
      if (await cache.match(address)) return;
      // cache.add refuses what is no success. Files without a hash may be old in the browser's own cache.
      await cache.add(new Request(address, { cache: isHashed(file) ? 'default' : 'no-cache' }));
    }),
  );
}

/** Pages that opened before are answered for from now on; what older versions kept is removed. */
async function takeOver(): Promise<void> {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(others.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** A file of this version: it does not change, so nobody is asked. Others, such as those of a newer version, are passed on. */
async function keptFirst(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request.url);
  if (kept) return withHeaders(kept);
  const response = await fetch(request);
  if (response.ok && fileAt.has(request.url)) event.waitUntil(cache.put(request.url, response.clone()));
  return withHeaders(response);
}

/** The newest page; without a network the one that was kept. It is not kept anew: its files may be those of a newer version. */
async function networkFirst(request: Request): Promise<Response> {
  try {
    return withHeaders(await fetch(request));
  } catch (error) {
    const kept = await caches.match(page, { cacheName });
    if (!kept) throw error;
    return withHeaders(kept);
  }
}

function withHeaders(response: Response): Response {
  // A redirection, which only the browser can follow.
  if (response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(appHeaders)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
