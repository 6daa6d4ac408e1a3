import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { appInBrowser, explained, openFiles } from '../test/browser/appPage.ts';

/*
 * The pictures of docs/app.md: the browser app in Chromium. `npm run docs:app -- MODEL.onnx PICTURE [CLASSES.txt]` also shows a model of
 * your own with a photograph.
 */

const { positionals } = parseArgs({ allowPositionals: true });
const [model] = positionals;
const desk: BrowserContextOptions = { viewport: { width: 1280, height: 860 } };

async function shot(page: Page, name: string, isWhole = false): Promise<void> {
  const png = await page.screenshot({ fullPage: isWhole });
  await writeFile(`docs/pictures/app-${name}.png`, await sharp(png).png({ palette: true, quality: 90 }).toBuffer());
}

async function open(page: Page): Promise<void> {
  const files = await Promise.all(
    positionals.map(async (path) => ({ name: basename(path), mimeType: '', buffer: await readFile(path) })),
  );
  await openFiles(page, files);
  await page.waitForSelector('.hero h1:has-text(".onnx")', { timeout: 120_000 });
  await explained(page);
}

const app = await appInBrowser();
for (const [name, options] of [
  ['digit', { ...desk, colorScheme: 'light' }],
  ['ja', { ...desk, colorScheme: 'light', locale: 'ja-JP' }],
  ['phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'light' }],
] as const) {
  const { page } = await app.visit(options);
  await explained(page);
  await shot(page, name);
  await page.context().close();
}
if (model !== undefined) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await app.visit({ ...desk, colorScheme });
    await explained(page);
    await open(page);
    await shot(page, colorScheme === 'dark' ? 'photo-dark' : 'photo');
    await page.context().close();
  }
}
await app.close();
