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

/** What is being fetched to be kept: the page and this worker may want the same file at the same time. */
const underWay = new Map<string, Promise<void>>();

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('message', (event) => event.waitUntil(keepForPage(event.ports[0])));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname;
  if (request.method !== 'GET' || !address.startsWith(self.registration.scope)) return;
  if (request.mode !== 'navigate') event.respondWith(keptFirst(request));
  // A host may have other pages below the app's folder: they are not ours to answer for.
  else if (pages.includes(address)) event.respondWith(networkFirst(request));
});

/** What is new is fetched; files whose names have a hash are taken over from the version before. */
async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all(
    [...fileAt].map(async ([address, file]) => {
      const old = isHashed(file) ? await caches.match(address) : undefined;
      if (old) await cache.put(address, old);
      if (file.kept === 'first') await keep(address, file);
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

/** Keeps what is needed without a network, and tells the page when that is done, or why it cannot be. */
async function keepForPage(port: MessagePort | undefined): Promise<void> {
  const needed = [...fileAt].filter(([, file]) => file.kept !== 'whenUsed');
  try {
    await Promise.all(needed.map(([address, file]) => keep(address, file)));
    port?.postMessage(undefined);
  } catch (error) {
    port?.postMessage(error instanceof Error ? error.message : String(error));
  }
}

/** @throws TypeError where the file cannot be had, QuotaExceededError where there is no room for it. */
function keep(address: string, file: BuiltFile): Promise<void> {
  const now = underWay.get(address) ?? fetchAndKeep(address, file).finally(() => underWay.delete(address));
  underWay.set(address, now);
  return now;
}

async function fetchAndKeep(address: string, file: BuiltFile): Promise<void> {
  const cache = await caches.open(cacheName);
  if (await cache.match(address)) return;
  // cache.add refuses what is no success. Files without a hash may be old in the browser's own cache.
  await cache.add(new Request(address, { cache: isHashed(file) ? 'default' : 'no-cache' }));
}

/** A file of this version: it does not change, so nobody is asked. Others, such as those of a newer version, are passed on. */
async function keptFirst(request: Request): Promise<Response> {
  const file = fileAt.get(request.url);
  if (!file) return withHeaders(await fetch(request));
  try {
    await keep(request.url, file);
  } catch {
    // No room for it, or no network, which this tells the page.
    return withHeaders(await fetch(request));
  }
  const kept = await caches.match(request.url, { cacheName });
  return withHeaders(kept ?? (await fetch(request)));
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
