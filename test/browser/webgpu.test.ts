import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tolerance } from '../runtime/deviceMaps.ts';
import type * as Page from './webgpu/page.ts';

const executablePath = '/usr/bin/chromium';
/** Methods of each family, and all that the page of an explanation has by default. */
const methods = [
  'saliency',
  'smoothgrad',
  'integrated-gradients',
  'expected-gradients',
  'deep-lift',
  'guided-grad-cam',
  'layer-conductance',
  'occlusion',
  'feature-ablation',
  'kernel-shap',
  'rise',
  'lrp-epsilon-plus',
  'lrp-epsilon-gamma-box',
  'deep-taylor',
  'attn-lrp',
];

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

  it("gives WebAssembly's maps", async () => {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    const model = [...(await readFile('test/reference/lenet_digits.onnx'))];
    await page.waitForFunction('globalThis.differences');
    const found = await page.evaluate(
      ([bytes, ids]) => (globalThis as unknown as typeof Page).differences(bytes, ids),
      [model, methods] as const,
    );
    for (const [i, method] of methods.entries())
      expect(found[i], `${method}: ${found[i]}`).toBeLessThanOrEqual(tolerance);
    await page.close();
  });
});
