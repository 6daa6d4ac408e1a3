import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectsOf } from '../../src/app/subjectsOf.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { built, node, value } from '../networks.ts';
import { cpu } from '../runtimes.ts';
import {
  type AppInBrowser,
  appInBrowser,
  decided,
  explained,
  hasChromium,
  openFiles,
  waitForDecision,
} from './appPage.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Draws strokes on the pad; places are shares of its side. */
async function draw(page: Page, strokes: readonly (readonly (readonly [number, number])[])[]): Promise<void> {
  await page.click('.pad button');
  const box = (await page.locator('.pad canvas').boundingBox())!;
  for (const stroke of strokes) {
    const at = stroke.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height] as const);
    await page.mouse.move(...at[0]!);
    await page.mouse.down();
    for (const place of at.slice(1)) await page.mouse.move(...place, { steps: 6 });
    await page.mouse.up();
  }
}

const one = [
  [
    [0.5, 0.15],
    [0.5, 0.85],
  ],
] as const;
const seven = [
  [
    [0.25, 0.2],
    [0.72, 0.2],
    [0.45, 0.85],
  ],
] as const;

/** Of images with five channels, which are no pictures. */
function ofFiveChannels(): Uint8Array {
  const model = built(value('x', ['n', 5, 4, 4]), ['n', 5], (builder, x) => {
    builder.append(node('GlobalAveragePool', [x], ['pooled']));
    builder.append(node('Flatten', ['pooled'], ['scores']));
    return 'scores';
  });
  return writeModel(model);
}

describe.skipIf(!hasChromium)("the browser app (needs Debian's chromium)", () => {
  let app: AppInBrowser;
  beforeAll(async () => {
    app = await appInBrowser();
  });
  afterAll(() => app?.close());

  it('opens with a digit explained, follows the pen, and asks nobody else', async () => {
    const { page, foreign, errors } = await app.visit();
    await waitForDecision(page, '3');
    await explained(page);
    await draw(page, one);
    await waitForDecision(page, '1');
    await draw(page, seven);
    await waitForDecision(page, '7');
    await explained(page);
    expect(await page.locator('.card').count()).toBeGreaterThanOrEqual(4);
    expect(await page.locator('.card .lamp.good').count()).toBeGreaterThan(0);
    expect([foreign, errors]).toEqual([[], []]);
    await page.context().close();
  });

  it('says why not another class, what a part is worth, and what is decided once pixels are wiped away', async () => {
    const { page, errors } = await app.visit();
    await explained(page);
    const rival = page.locator('.classes li:nth-child(3) button');
    const label = await rival.locator('.label').textContent();
    await rival.click();
    await page.waitForSelector(`.details h3:has-text("rather than “${label}”")`);

    await page.click('.tools button:has-text("Hide a part")');
    await page.waitForFunction(() => document.querySelector('.viewer [aria-live]')?.textContent?.startsWith('Point'));
    const stage = (await page.locator('.stage').boundingBox())!;
    await page.mouse.move(stage.x + stage.width / 2, stage.y + stage.height / 2);
    await page.waitForFunction(() => document.querySelector('.viewer [aria-live]')?.textContent?.startsWith('Without'));

    await page.click('.tools button:has-text("Erase")');
    let swept = 0;
    while ((await page.locator('.flip').count()) === 0 && swept < 14) {
      const y = stage.y + ((swept + 0.5) / 14) * stage.height;
      await page.mouse.move(stage.x + 2, y);
      await page.mouse.down();
      await page.mouse.move(stage.x + stage.width - 2, y, { steps: 12 });
      await page.mouse.up();
      await page.waitForSelector('.flip, .decision [aria-live] .note');
      swept += 1;
    }
    expect(await page.textContent('.flip')).toContain('it was “3”');
    await page.click('button:has-text("As it was")');
    await waitForDecision(page, '3');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('gives the report of the command line, which opens', async () => {
    const { page, errors } = await app.visit();
    await explained(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('button:has-text("Report (HTML)")'),
    ]);
    const html = await readFile(await download.path(), 'utf8');
    const report = await page.context().newPage();
    await report.setContent(html);
    expect(await report.textContent('h1')).toContain('3');
    expect(html).not.toContain('<script');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['what is no model', Buffer.from('this is no model')],
    ['a model of five channels', Buffer.from(ofFiveChannels())],
  ])('says of %s what the command line says', async (_, bytes) => {
    const inNode = loadModel(new Uint8Array(bytes), { runtime: cpu }).then((loaded) => subjectsOf(loaded));
    const expected = await inNode.catch((error: Error) => error.message);
    const { page } = await app.visit();
    await waitForDecision(page, '3');
    await openFiles(page, { name: 'broken.onnx', mimeType: 'application/octet-stream', buffer: bytes });
    await page.waitForSelector('.problem');
    expect(await page.textContent('.problem [lang="en"]')).toBe(expected);
    await page.context().close();
  });

  it('works offline after the first visit', async () => {
    const { page, errors } = await app.visit();
    await explained(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(async () =>
      (
        await Promise.all((await caches.keys()).map(async (key) => (await (await caches.open(key)).keys()).length))
      ).some((count) => count >= 6),
    );
    await page.context().setOffline(true);
    await page.reload();
    await waitForDecision(page, '3');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('speaks English and Japanese, and keeps the choice', async () => {
    const { page } = await app.visit({ locale: 'ja-JP' });
    await waitForDecision(page, '3');
    expect(await page.textContent('h1')).toBe('この判断の根拠は何か');
    await explained(page);
    expect(await page.textContent('.card .lamp')).toContain('信');
    await page.selectOption('#language', 'en');
    expect(await page.textContent('h1')).toBe('What does this decision rest on?');
    await page.waitForSelector('.card .lamp:has-text("Believe")');
    await page.reload();
    await waitForDecision(page, '3');
    expect(await page.textContent('h1')).toBe('What does this decision rest on?');
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('has no serious fault of accessibility: %s', async (colorScheme) => {
    // The policy of the app lets in no script of others, the test's neither.
    const { page } = await app.visit({ colorScheme, bypassCSP: true });
    await explained(page);
    for (const fold of await page.locator('details > summary').all()) await fold.click();
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate(async () => {
      const { axe: engine } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      return (await engine.run()).violations;
    });
    const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual(
      [],
    );
    await page.context().close();
  });

  it('can be used on a phone: nothing is wider than the screen', async () => {
    const { page } = await app.visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await explained(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await decided(page)).toMatch(/^3/);
    await page.context().close();
  });
});
