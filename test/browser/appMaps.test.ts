import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webRuntime } from '../../src/runtime/web.ts';
import { referenceModels } from '../attribution/referenceData.ts';
import { cpu } from '../runtimes.ts';
import { compare, mapsBy, mapsInApp } from './appMaps.ts';
import { type AppInBrowser, appInBrowser, hasChromium, waitForDecision } from './appPage.ts';

/** The same arithmetic in another place. */
const share = 1e-5;
/**
 * Native arithmetic rounds otherwise. These two take differences of scores, or divide by differences of activations, and some maps
 * of these networks with random weights are a thousandth of the scores: a share of the scores stays.
 */
const ofDifferences = ['deep-lift', 'deep-lift/rather-than', 'occlusion'];
const shareOfScores = 2e-6;

describe.skipIf(!hasChromium)("the browser app's maps (needs Debian's chromium)", () => {
  let app: AppInBrowser;
  let page: Page;
  let errors: readonly string[];
  beforeAll(async () => {
    app = await appInBrowser();
    ({ page, errors } = await app.visit());
    page.setDefaultTimeout(180_000);
    await waitForDecision(page, '3');
  });
  afterAll(() => app?.close());

  it.each(referenceModels)('are those of the command line, one model dropped after another: %s', async (model) => {
    const [native, wasm] = [await mapsBy(cpu, model), await mapsBy(webRuntime({ threads: 1 }), model)];
    const own = await mapsInApp(page, model, `.cards li:nth-child(${native.count})`);
    expect([...own.keys()]).toEqual([...native.arrays.keys()]);
    for (const [name, { data }] of own) {
      const [here, there] = [native, wasm].map(({ arrays }) => compare(data, arrays.get(name)!.data));
      if (process.env.SHOW) console.log(model, name, here!.worst / here!.largest, there!.worst / there!.largest);
      expect(there!.worst, name).toBeLessThanOrEqual(share * there!.largest);
      const rounding = ofDifferences.includes(name) ? shareOfScores * native.largestScore : 0;
      expect(here!.worst, name).toBeLessThanOrEqual(share * here!.largest + rounding);
    }
    expect(errors).toEqual([]);
  });
});
