import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { type AppServer, serveApp } from '../../src/node/appServer.ts';

export const chromiumPath = '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

const cache = resolve('node_modules/.cache/konkyo-app');

/** The browser app as `npm run build` makes it, built once for all tests that look at it. */
async function builtApp(): Promise<string> {
  const index = resolve(cache, 'index.html');
  const sources = ['src', 'web'].flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => resolve(folder, String(name))),
  );
  const newest = Math.max(...sources.map((name) => statSync(name).mtimeMs));
  if (!existsSync(index) || statSync(index).mtimeMs < newest) {
    await build({ configFile: resolve('web/vite.config.ts'), logLevel: 'error', build: { outDir: cache } });
  }
  return cache;
}

/** The app in a browser, served as `konkyo app` does. */
export interface AppInBrowser {
  readonly browser: Browser;
  readonly address: string;
  /** A page of somebody new. What it asks of others than the app, and errors of its own, are kept. */
  visit(options?: BrowserContextOptions & { readonly query?: string }): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  readonly foreign: readonly string[];
  readonly errors: readonly string[];
}

const quiet = ['--no-sandbox', '--disable-background-networking', '--disable-component-update'];

export async function appInBrowser(flags: readonly string[] = ['--disable-gpu']): Promise<AppInBrowser> {
  const server: AppServer = await serveApp(await builtApp(), { port: 0, host: '127.0.0.1' });
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...quiet, ...flags] });
  return {
    browser,
    address: server.address,
    async visit({ query = '', ...options } = {}) {
      const context = await browser.newContext({ acceptDownloads: true, locale: 'en-GB', ...options });
      const page = await context.newPage();
      const [foreign, errors]: [string[], string[]] = [[], []];
      context.on('request', (request) => {
        if (!request.url().startsWith(server.address) && !/^(blob|data):/.test(request.url()))
          foreign.push(request.url());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(`${server.address}${query}`);
      return { page, foreign, errors };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Until all that is found out unasked of what the page shows is found out. */
export async function explained(page: Page): Promise<void> {
  await page.waitForSelector('main[data-step="done"]', { timeout: 300_000 });
}

/** Opens files as if chosen by hand, and waits for the model among them. */
export async function openFiles(page: Page, files: Parameters<Page['setInputFiles']>[1]): Promise<void> {
  await page.setInputFiles('input[accept^=".onnx"]', files);
}

/** What stands as the decision. */
export async function decided(page: Page): Promise<string> {
  return ((await page.textContent('.said')) ?? '').replace(/\s+/g, ' ').trim();
}

export async function waitForDecision(page: Page, label: string): Promise<void> {
  await page.waitForSelector(`.said strong:text-is("${label}")`, { timeout: 120_000 });
}
