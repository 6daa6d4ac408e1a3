import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePicture } from '../../src/pictures/png.ts';
import { type AppInBrowser, appInBrowser, decided, hasChromium, waitForDecision } from './appPage.ts';

/* Times are printed; what is asserted leaves room for a machine that does much else. */

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Draws strokes across the pad, and after each waits for what the page says of it. @returns the milliseconds it says. */
async function drawStrokes(page: Page, count: number): Promise<number[]> {
  const box = (await page.locator('.pad canvas').boundingBox())!;
  const said = page.locator('.pad .beside .note');
  const times: number[] = [];
  for (let stroke = 0; stroke < count; stroke++) {
    if (stroke % 4 === 0) {
      await page.click('.pad button');
      await page.waitForSelector('.pad .note:has-text("Draw something")');
    }
    const y = box.y + box.height * (0.2 + 0.15 * (stroke % 4));
    await page.mouse.move(box.x + 0.25 * box.width, y);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.75 * box.width, y, { steps: 5 });
    await page.mouse.up();
    await page.waitForSelector('.pad .note:has-text("decided and explained in")');
    times.push(Number(/(\d+) ms/.exec((await said.textContent()) ?? '')?.[1]));
  }
  return times;
}

describe.skipIf(!hasChromium)("the browser app in use (needs Debian's chromium)", () => {
  let app: AppInBrowser;
  beforeAll(async () => {
    app = await appInBrowser();
  });
  afterAll(() => app?.close());

  it('is small before a model is dropped, and there at once on a second visit', async () => {
    const { page } = await app.visit();
    // By path: what goes through the service worker is told of twice.
    const loaded = new Map<string, { readonly bytes: number; readonly packed: number }>();
    page.on('response', async (response) => {
      const body = await response.body().catch(() => undefined);
      if (body) loaded.set(new URL(response.url()).pathname, { bytes: body.length, packed: gzipSync(body).length });
    });
    await page.reload();
    await waitForDecision(page, '3');
    const sum = (key: 'bytes' | 'packed') => [...loaded.values()].reduce((total, one) => total + one[key], 0) / 1e6;
    const start = performance.now();
    await page.reload();
    await waitForDecision(page, '3');
    const milliseconds = performance.now() - start;
    console.log(
      `app: ${sum('bytes').toFixed(1)} MB in ${loaded.size} files, ${sum('packed').toFixed(1)} MB packed; second visit decided after ${milliseconds.toFixed(0)} ms`,
    );
    expect(loaded.size).toBeGreaterThan(3);
    expect(sum('packed')).toBeLessThan(6);
    expect(milliseconds).toBeLessThan(5 * 2000);
    await page.context().close();
  });

  it('decides and explains a drawing while it is drawn', async () => {
    const { page, errors } = await app.visit();
    await waitForDecision(page, '3');
    const times = await drawStrokes(page, 20);
    console.log(`drawing: decided and explained in ${median(times)} ms (median of ${times.length}: ${times})`);
    expect(median(times)).toBeLessThan(5 * 100);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('takes a folder of pictures, and explains the one that is chosen', async () => {
    const { page, errors } = await app.visit();
    await waitForDecision(page, '3');
    const side = 28;
    const pictures = Array.from({ length: 300 }, (_, i) => {
      // A bar that stands somewhere else in each.
      const data = Uint8Array.from({ length: side * side }, (_, pixel) => {
        const [row, column] = [Math.floor(pixel / side), pixel % side];
        return row > 4 && row < 24 && Math.abs(column - 6 - (i % 16)) <= 1 ? 255 : 0;
      });
      const buffer = Buffer.from(encodePicture({ width: side, height: side, channels: 1, data }));
      return { name: `bar-${i}.png`, mimeType: 'image/png', buffer };
    });
    const start = performance.now();
    await page.setInputFiles('input[accept^="image"]', pictures);
    await page.waitForSelector('.stage [aria-label^="bar-0.png"]');
    const opened = performance.now() - start;
    expect(await page.locator('.choices li').count()).toBe(300);
    expect(await page.textContent('#pictures')).toContain('300');
    const before = performance.now();
    await page.click('.choices button:has-text("bar-250.png")');
    await page.waitForSelector('.stage [aria-label^="bar-250.png"]');
    await page.waitForSelector('.card');
    console.log(
      `300 pictures: first shown after ${opened.toFixed(0)} ms, another explained after ${(performance.now() - before).toFixed(0)} ms`,
    );
    expect(await decided(page)).toMatch(/^\d /);
    expect(opened).toBeLessThan(20_000);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
