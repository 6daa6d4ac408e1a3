/** How long a first visit waits to be isolated, in ms. After that somebody is at work, and loading the page again would undo it. */
const patience = 5_000;

/** The tab was loaded again to isolate it: once is enough, whatever comes of it. */
const reloadedKey = 'konkyo: loaded again';

/**
 * Has the app kept for offline by its service worker, which also isolates the page where the host of the files sends no headers for it:
 * for that a first visit is loaded again, once. Await it before work begins.
 * @returns Why it cannot be kept, where the browser says so. Nothing comes back where the page is about to be loaded again.
 */
export async function keepForOffline(): Promise<Error | undefined> {
  if (!('serviceWorker' in navigator))
    return new Error(
      'Kept for offline only over https, or on the machine that serves it, in browsers with service workers.',
    );
  const { serviceWorker } = navigator;
  const isControlled = serviceWorker.controller !== null;
  const controlled = new Promise<'ready'>((resolve) =>
    serviceWorker.addEventListener('controllerchange', () => resolve('ready'), { once: true }),
  );
  try {
    const { installing, active } = await serviceWorker.register(new URL('serviceWorker.js', document.baseURI), {
      // Else a host's Cache-Control could hold back a newer version.
      updateViaCache: 'none',
    });
    // From here on all that the page loads goes through the service worker.
    if (isControlled) return undefined;
    if (!crossOriginIsolated && sessionStorage.getItem(reloadedKey) === null) {
      // One that is active, but not for this page: the browser was told to load everything anew.
      const outcome = active ? 'ready' : await Promise.race([controlled, after(patience), failed(installing)]);
      if (outcome === 'ready') {
        sessionStorage.setItem(reloadedKey, 'yes');
        location.reload();
        return new Promise(() => {});
      }
    }
    // Large files that the page is loading while nobody keeps them.
    void serviceWorker.ready.then(({ active }) => active?.postMessage('keep'));
    return undefined;
  } catch (cause) {
    return new Error(`The browser keeps nothing for offline: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function after(ms: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'late'));
}

/** Of a service worker that could not be installed. */
function failed(worker: ServiceWorker | null): Promise<'failed'> {
  return new Promise((resolve) =>
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'redundant') resolve('failed');
    }),
  );
}
