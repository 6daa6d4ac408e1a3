import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveApp } from '../../src/node/appServer.ts';
import { buildApp, elsewhere, type Host, plainHost } from './tinyApp.ts';

const executablePath = '/usr/bin/chromium';
const mebibyte = 2 ** 20;
/** Browsers look for a newer version when they have nothing else to do. */
const patient = { timeout: 120_000 };

describe.skipIf(!existsSync(executablePath))("the app's service worker, in Chromium (needs Debian's chromium)", () => {
  let browser: Browser;
  let folder: string;
  let app: string;
  const atEnd: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
    browser = await chromium.launch({ executablePath, args: flags });
    folder = await mkdtemp(join(tmpdir(), 'konkyo-offline-'));
    app = await buildApp(folder, 'first');
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true });
  });
  afterEach(async () => {
    for (const end of atEnd.splice(0).reverse()) await end();
  });

  async function served(host: Promise<Host>): Promise<Host> {
    const one = await host;
    atEnd.push(() => one.close());
    return one;
  }

  /** Somebody new. */
  async function visitor(options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    atEnd.push(() => context.close());
    return context;
  }

  async function open(page: Page, address: string) {
    await page.goto(address);
    return state(page);
  }

  async function state(page: Page) {
    await page.waitForSelector('#state:not(:empty)');
    return JSON.parse((await page.textContent('#state')) ?? '');
  }

  /** The names of what the browser keeps, without their hashes. */
  async function kept(page: Page) {
    const addresses = await page.evaluate<string[]>(`(async () => {
      const requests = (await caches.keys()).map(async (name) => (await caches.open(name)).keys());
      return (await Promise.all(requests)).flat().map(({ url }) => url);
    })()`);
    return addresses.map((address) => address.replace(/.*\//, '').replace(/-[\w-]{8}(?=\.\w+$)/, '')).sort();
  }

  /** Why the app is not kept, where it is not. */
  const problem = (page: Page) => page.evaluate('kept.then((one) => one?.message)');

  const versionsKept = (page: Page) => page.evaluate('caches.keys().then((names) => names.length)');

  /** A worker fetches a file of the app: its size, or why not. */
  const fetched = (page: Page, which: 'runtime' | 'webGpu') => page.evaluate(`inWorker(${which})`);

  it('isolates a first visit by loading the page once more, where the host sends no headers', async () => {
    const { address } = await served(plainHost(app));
    const page = await (await visitor()).newPage();
    expect(await open(page, address)).toEqual({ words: 'first', loads: 2, isolated: true });
    await page.reload();
    expect(await state(page)).toMatchObject({ loads: 3, isolated: true });
    expect(await open(page, `${address}?lang=ja`)).toMatchObject({ isolated: true });
  });

  it('loads the page once more only, also where that does not isolate it', async () => {
    const { address } = await served(plainHost(app));
    const page = await (await visitor()).newPage();
    await page.addInitScript('Object.defineProperty(globalThis, "crossOriginIsolated", { value: false })');
    expect(await open(page, address)).toMatchObject({ loads: 2, isolated: false });
    expect(await open(page, address)).toMatchObject({ loads: 3, isolated: false });
  });

  it('says why nothing is kept where the browser has no service workers, and goes on', async () => {
    const { address } = await served(plainHost(app));
    const page = await (await visitor({ serviceWorkers: 'block' })).newPage();
    expect(await open(page, address)).toEqual({ words: 'first', loads: 1, isolated: false });
    expect(await problem(page)).toMatch(/does not keep the app for offline/);
  });

  it('says why nothing is kept where a file is missing, and goes on', async () => {
    const { address } = await served(plainHost(app, { '/icon.svg': async () => 404 }));
    const page = await (await visitor()).newPage();
    expect(await open(page, address)).toEqual({ words: 'first', loads: 1, isolated: false });
    expect(await problem(page)).toMatch(/a file of the app could not be loaded/);
  });

  it('lets nobody wait for long, and does not load the page again once there may be work in it', async () => {
    let release = (_status: number) => {};
    const slow = new Promise<number>((resolve) => {
      release = resolve;
    });
    const { address } = await served(plainHost(app, { '/icon.svg': () => slow }));
    const page = await (await visitor()).newPage();
    expect(await open(page, address)).toMatchObject({ loads: 1, isolated: false });
    release(200);
    expect(await problem(page)).toBeUndefined();
    expect(await state(page)).toMatchObject({ loads: 1 });
    await page.reload();
    expect(await state(page)).toMatchObject({ loads: 2, isolated: true });
  });

  it('opens without a network after the first visit, with what was used', async () => {
    const host = await served(plainHost(app));
    const page = await (await visitor()).newPage();
    await open(page, host.address);
    expect(await problem(page)).toBeUndefined();
    expect(await fetched(page, 'runtime')).toBe(2 * mebibyte);
    expect(host.asked.filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
    await host.close();
    await page.reload();
    expect(await state(page)).toMatchObject({ words: 'first', isolated: true });
    expect(await fetched(page, 'runtime')).toBe(2 * mebibyte);
    expect(await fetched(page, 'webGpu')).toMatch(/fetch/);
  });

  it('keeps what "konkyo app" serves, without loading anything again; what WebGPU needs once it is used', async () => {
    const { address, close } = await serveApp(app, { host: '127.0.0.1', port: 0 });
    atEnd.push(close);
    const page = await (await visitor()).newPage();
    expect(await open(page, address)).toEqual({ words: 'first', loads: 1, isolated: true });
    expect(await problem(page)).toBeUndefined();
    expect(await kept(page)).toEqual(['', 'icon.svg', 'index.js', 'ort-wasm-simd-threaded.wasm', 'worker.js']);
    await page.reload();
    expect(await state(page)).toMatchObject({ loads: 2 });
    expect(await fetched(page, 'webGpu')).toBe(3 * mebibyte);
    await close();
    await page.reload();
    expect(await state(page)).toMatchObject({ isolated: true });
    expect(await fetched(page, 'webGpu')).toBe(3 * mebibyte);
  });

  it('has the new version at once, removes the old one, and fetches nothing twice that has not changed', async () => {
    const own = join(folder, 'renewed');
    const host = await served(plainHost(await buildApp(own, 'first')));
    const context = await visitor();
    const first = await context.newPage();
    await open(first, host.address);
    for (const which of ['runtime', 'webGpu'] as const) await fetched(first, which);
    await buildApp(own, 'second');
    await first.reload();
    expect(await state(first)).toMatchObject({ words: 'second', isolated: true });
    const isWaiting = 'navigator.serviceWorker.getRegistration().then((one) => Boolean(one.waiting))';
    await expect.poll(() => first.evaluate(isWaiting), patient).toBe(true);
    expect(await versionsKept(first)).toBe(2);
    await first.close();
    const next = await context.newPage();
    expect(await open(next, host.address)).toMatchObject({ words: 'second', isolated: true });
    await expect.poll(() => versionsKept(next), patient).toBe(1);
    await host.close();
    await next.reload();
    expect(await state(next)).toMatchObject({ words: 'second', isolated: true });
    for (const which of ['runtime', 'webGpu'] as const) expect(typeof (await fetched(next, which))).toBe('number');
    expect(host.asked.filter((path) => path.endsWith('.wasm'))).toHaveLength(2);
  });

  it("leaves the host's other pages alone", async () => {
    const host = await served(plainHost(app));
    const page = await (await visitor()).newPage();
    await open(page, host.address);
    const response = await page.goto(new URL('/', host.address).href);
    expect(await response?.text()).toBe('another page of this host');
    expect(response?.headers()['content-security-policy']).toBeUndefined();
  });

  describe.each(['a plain host', 'konkyo app'])('nothing leaves the page: %s', (name) => {
    let other: Host;
    let page: Page;
    beforeEach(async () => {
      other = await served(elsewhere());
      const host = name === 'konkyo app' ? await serveApp(app, { host: '127.0.0.1', port: 0 }) : await plainHost(app);
      atEnd.push(host.close);
      page = await (await visitor()).newPage();
      await open(page, host.address);
    });

    it('by no way that a page has', async () => {
      const outcomes = await page.evaluate(`sendByAllMeans("${other.address}")`);
      expect(outcomes).toEqual(Array(6).fill('refused'));
      // Whatever was under way has arrived by now.
      expect(await fetched(page, 'runtime')).toBe(2 * mebibyte);
      expect(other.asked).toEqual([]);
    });

    it('nor by a worker', async () => {
      const said = await page.evaluate(`inWorker("${other.address}")`);
      expect(said).toMatch(/fetch/);
      expect(other.asked).toEqual([]);
    });
  });

  it('nothing leaves a page that no service worker answers for: its own policy forbids it', async () => {
    const other = await served(elsewhere());
    const host = await served(plainHost(app));
    const page = await (await visitor({ serviceWorkers: 'block' })).newPage();
    await open(page, host.address);
    const outcomes = await page.evaluate(`sendByAllMeans("${other.address}")`);
    expect(outcomes).toEqual(Array(6).fill('refused'));
    expect(await fetched(page, 'runtime')).toBe(2 * mebibyte);
    expect(other.asked).toEqual([]);
  });

  it('all of which would get through but for the policy', async () => {
    const other = await served(elsewhere());
    const host = await served(plainHost(app));
    const page = await (await visitor({ bypassCSP: true, serviceWorkers: 'block' })).newPage();
    await open(page, host.address);
    await page.evaluate(`void sendByAllMeans("${other.address}")`);
    expect(await page.evaluate(`inWorker("${other.address}worker")`)).toBe('thanks'.length);
    const ways = ['beacon', 'blindly', 'fetch', 'form', 'image', 'module', 'script', 'socket', 'worker'];
    await expect.poll(() => other.asked, patient).toEqual(expect.arrayContaining(ways.map((way) => `/${way}`)));
  });
});
