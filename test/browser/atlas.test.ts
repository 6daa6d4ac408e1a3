import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulk } from '../../src/app/bulk.ts';
import { writeAtlas } from '../../src/app/writeAtlas.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { openStore } from '../../src/bulk/store.ts';
import { openImageStream } from '../../src/datasets/imageStream.ts';
import type { Language } from '../../src/language/language.ts';
import { reportFolder } from '../../src/node/reportFolder.ts';
import { storeFolder } from '../../src/node/storeFolder.ts';
import { classifier, newFolder, pictureFolder } from '../bulk/material.ts';
import { chromiumPath, hasChromium } from './appPage.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe.skipIf(!hasChromium)("the page of an atlas (needs Debian's chromium)", () => {
  let browser: Browser;
  const pages = new Map<Language, string>();
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
    const files = storeFolder(await newFolder());
    const pictures = await openImageStream(await pictureFolder(150));
    await bulk(classifier, pictures, files, { methods: [inputXGradient()] });
    for (const language of ['en', 'ja'] as const) {
      const folder = await newFolder();
      const half = { height: 8, width: 8, values: Uint8Array.from({ length: 64 }, (_, i) => Number(i < 32)) };
      const options = { language, maskOf: async () => half, output: reportFolder(folder) };
      await writeAtlas(await openStore(files), options);
      pages.set(language, pathToFileURL(join(folder, 'index.html')).href);
    }
  });
  afterAll(() => browser?.close());

  /** The page as a file, as it is opened by hand; what went wrong on it, and the sheets that it asked for. */
  async function visit(language: Language = 'en', options: BrowserContextOptions = {}) {
    const page = await (await browser.newContext(options)).newPage();
    const [errors, sheets]: [string[], string[]] = [[], []];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('request', (request) => {
      if (/sheets/.test(request.url())) sheets.push(request.url().replace(/.*\//, ''));
    });
    await page.goto(pages.get(language) ?? '');
    return { page, errors, sheets };
  }

  /** Draws a rectangle over the scatter, its corners as parts of the picture. */
  async function brush(page: Page, [left, top, right, bottom]: readonly [number, number, number, number]) {
    await page.locator('#scatter').scrollIntoViewIfNeeded();
    const box = (await page.locator('#scatter').boundingBox())!;
    await page.mouse.move(box.x + left * box.width, box.y + top * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + right * box.width, box.y + bottom * box.height, { steps: 3 });
    await page.mouse.up();
  }

  const chosen = async (page: Page) => Number(/[\d,]+/.exec((await page.textContent('#count')) ?? '')?.[0] ?? 0);
  const sizeOfClass = async (page: Page) =>
    Number(/\((\d+)\)/.exec((await page.textContent('#class option:checked')) ?? '')?.[1]);

  it('draws thumbnails once they come into sight, and shows the images of a rectangle', async () => {
    const { page, errors, sheets } = await visit();
    await page.waitForSelector('.groups canvas[data-drawn]');
    const odd = page.locator('.groups details canvas').first();
    expect(await odd.getAttribute('data-drawn')).toBeNull();
    await page.locator('.groups summary').first().click();
    await page.waitForFunction((canvas) => canvas?.getAttribute('data-drawn'), await odd.elementHandle());
    expect(await odd.getAttribute('aria-label')).toMatch(/^[abc]\/\d+\.png$/);
    await brush(page, [0.001, 0.001, 0.999, 0.999]);
    expect(await chosen(page)).toBe(await sizeOfClass(page));
    expect(await chosen(page)).toBeGreaterThan(0);
    await brush(page, [0.001, 0.001, 0.3, 0.999]);
    const part = await chosen(page);
    expect(part).toBeLessThan(await sizeOfClass(page));
    expect(await page.locator('#chosen canvas').count()).toBe(Math.min(120, part));
    await page.locator('#chosen').scrollIntoViewIfNeeded();
    await page.waitForSelector('#chosen canvas[data-drawn]');
    expect(new Set(sheets).size).toBe(sheets.length);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('shows the images of a group without a pointer, and compares classes', async () => {
    const { page, errors } = await visit();
    await page.selectOption('#class', { index: 1 });
    const groups = await page.locator('#legend button').all();
    let sum = 0;
    for (const group of groups) {
      await group.focus();
      await page.keyboard.press('Enter');
      sum += await chosen(page);
    }
    expect(sum).toBe(await sizeOfClass(page));
    const colours = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('#difference')!;
        return [...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data];
      });
    const between = await colours();
    await page.selectOption('#second', { index: 0 });
    expect(await page.getAttribute('#difference', 'aria-label')).toMatch(/^Mean map of \S+ less that of \S+$/);
    expect(await colours()).not.toEqual(between);
    // A class less itself is nothing everywhere.
    expect(new Set(await colours()).size).toBeLessThanOrEqual(4);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('has no fault of accessibility, in the light and in the dark', async () => {
    const { page } = await visit('en', { bypassCSP: true });
    await brush(page, [0.001, 0.001, 0.3, 0.999]);
    for (const fold of await page.locator('details > summary').all()) await fold.click();
    await page.addScriptTag({ path: axe });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const found = await page.evaluate(async () => {
        const { axe: engine } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await engine.run()).violations;
      });
      const faults = found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
      expect(faults, colorScheme).toEqual([]);
    }
    await page.context().close();
  });

  it.each(['en', 'ja'] as const)('is not wider than a phone: %s', async (language) => {
    const { page } = await visit(language, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    for (const fold of await page.locator('details > summary').all()) await fold.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.context().close();
  });
});
