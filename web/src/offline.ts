/** How long a first visit waits to be isolated, in ms. After that somebody is at work, and loading the page again would undo it. */
const patience = 5_000;

/** The tab was loaded again to isolate it: once is enough, whatever comes of it. */
const reloadedKey = 'konkyo: loaded again';

export interface Keeping {
  /** Settled when the app would open without a network; or with why it would not. */
  readonly kept: Promise<Error | undefined>;
}

/**
 * Has the app kept for offline by its service worker, which also isolates the page where the host of the files sends no headers for it:
 * for that a first visit is loaded again, once. Await it before work begins; it never comes back where the page is about to be loaded
 * again.
 */
export async function keepForOffline(): Promise<Keeping> {
  if (!('serviceWorker' in navigator)) {
    const words = 'Browsers keep an app for offline only over https, or from the machine itself.';
    return { kept: Promise.resolve(new Error(words)) };
  }
  const isFirst = navigator.serviceWorker.controller === null;
  const activated = register();
  if (isFirst && !crossOriginIsolated && !wasReloaded()) {
    const isControlled = await Promise.race([activated.then(Boolean, () => false), after(patience)]);
    if (isControlled) return loadAgain();
  }
  return { kept: activated.then(keepAll).then(() => undefined, notKept) };
}

/** The service worker, once it answers for this page; a page that was told to load everything anew it answers for the next time. */
async function register(): Promise<ServiceWorker> {
  const { active, waiting, installing } = await navigator.serviceWorker.register(
    new URL('serviceWorker.js', document.baseURI),
    // Else a host's Cache-Control could hold back a newer version.
    { updateViaCache: 'none' },
  );
  const worker = active ?? waiting ?? installing;
  if (!worker) throw new Error('there is no service worker');
  if (worker.state === 'activated') return worker;
  return new Promise((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve(worker);
      if (worker.state === 'redundant') reject(new Error('a file of the app could not be loaded or stored'));
    });
  });
}

/** Asks for the large files, too; those that the page is loading itself are not loaded twice. */
function keepAll(worker: ServiceWorker): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage('keep', [port2]);
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data: problem }: MessageEvent<string | undefined>) => {
      port1.close();
      if (problem === undefined) resolve();
      else reject(new Error(problem));
    };
  });
}

function notKept(cause: unknown): Error {
  return new Error(
    `The browser does not keep the app for offline: ${cause instanceof Error ? cause.message : cause}.`,
    {
      cause,
    },
  );
}

/** So, too, where the browser lets nothing be stored: then nobody would know of an earlier time. */
function wasReloaded(): boolean {
  try {
    return sessionStorage.getItem(reloadedKey) !== null;
  } catch {
    return true;
  }
}

function loadAgain(): Promise<never> {
  sessionStorage.setItem(reloadedKey, 'yes');
  location.reload();
  return new Promise(() => {});
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false));
}
