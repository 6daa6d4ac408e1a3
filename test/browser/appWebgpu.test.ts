import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpu } from '../runtimes.ts';
import { compare, mapsBy, mapsInApp } from './appMaps.ts';
import { type AppInBrowser, appInBrowser, hasChromium, waitForDecision } from './appPage.ts';

/** WebGPU played by the processor, as there is no graphics processor where tests run. */
const swiftShader = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Shader arithmetic rounds otherwise than a processor's. */
const share = 1e-3;

describe.skipIf(!hasChromium)("the browser app's maps on WebGPU (needs Debian's chromium)", () => {
  let app: AppInBrowser;
  let page: Page;
  beforeAll(async () => {
    app = await appInBrowser(swiftShader);
    ({ page } = await app.visit({ query: '?device=webgpu' }));
    page.setDefaultTimeout(180_000);
    await waitForDecision(page, '3');
  });
  afterAll(() => app?.close());

  // Of the usual maps the two that are gradients: the third takes a hundred passes, which SwiftShader makes slowly.
  it.each(['lenet'])('are those of the command line, as far as it can make them: %s', async (model) => {
    expect(await page.textContent('footer')).toContain('WebGPU');
    const { arrays } = await mapsBy(cpu, model);
    const own = await mapsInApp(page, model, '.progress:has-text("Occlusion")');
    expect([...own.keys()]).toEqual(expect.arrayContaining(['deep-lift', 'integrated-gradients']));
    for (const [name, { data }] of own) {
      const { worst, largest } = compare(data, arrays.get(name)!.data);
      if (process.env.SHOW) console.log(model, name, worst / largest);
      expect(worst, name).toBeLessThanOrEqual(share * largest);
    }
  });
});
