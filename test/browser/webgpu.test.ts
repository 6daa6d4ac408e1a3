import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tolerance } from '../runtime/deviceMaps.ts';
import type * as Page from './webgpu/page.ts';

const executablePath = '/usr/bin/chromium';
const modelOf = (network: string) => [...readFileSync(`test/reference/${network}.onnx`)];
/** One of each family; all of them on all networks: test/runtime/webgpu.test.ts, in Node. */
const methods = ['smoothgrad', 'guided-grad-cam', 'occlusion', 'lrp-epsilon-plus'];

describe.skipIf(!existsSync(executablePath))("WebGPU in Chromium, on SwiftShader (needs Debian's chromium)", () => {
  let cacheDir: string;
  let server: ViteDevServer;
  let browser: Browser;

  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'konkyo-vite-'));
    const flags = ['--no-sandbox', '--disable-background-networking', '--disable-component-update'];
    const webgpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
    [server, browser] = await Promise.all([
      createServer({
        root: 'test/browser/webgpu',
        cacheDir,
        configFile: false,
        logLevel: 'error',
        server: { port: 0, watch: null, fs: { strict: false } },
        // Found before the page asks for them, after which it would be loaded again.
        optimizeDeps: { entries: ['index.html'] },
      }),
      chromium.launch({ executablePath, args: [...flags, ...webgpu] }),
    ]);
    await server.listen();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(cacheDir, { recursive: true, force: true });
  });

  async function open() {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await page.waitForFunction('globalThis.page');
    return page;
  }

  it("gives WebAssembly's maps", async () => {
    const page = await open();
    const found = await page.evaluate(
      ([bytes, ids]) => (globalThis as unknown as InPage).page.differences(bytes, ids),
      [modelOf('lenet_digits'), methods] as const,
    );
    for (const [i, method] of methods.entries())
      expect(found[i], `${method}: ${found[i]}`).toBeLessThanOrEqual(tolerance);
    await page.close();
  });

  it('explains with the default methods, checks the maps and writes the report', async () => {
    const page = await open();
    const report = await page.evaluate(
      (bytes) => (globalThis as unknown as InPage).page.report(bytes),
      modelOf('avg_tanh'),
    );
    expect(report).toContain('pattern');
    await page.close();
  });
});

interface InPage {
  readonly page: typeof Page;
}
