import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { atlas } from '../src/bulk/atlas/atlas.ts';
import type { AtlasImage } from '../src/bulk/atlas/cluster.ts';
import { renderAtlas } from '../src/bulk/atlas/page/renderAtlas.ts';
import { type Random, random } from '../src/random/random.ts';

/*
 * `npm run bench:atlas -- [IMAGES]`: what the atlas of so many images (100,000) costs. They are made up: 14x14 cells, ten classes, of
 * each three kinds of maps, which have their evidence around different places. The page is opened in Debian's Chromium.
 */

const [count = 100_000] = process.argv.slice(2).map(Number);
const [side, classes, kinds] = [14, 10, 3];
const cells = side * side;
const source = random(1);
const say = (text: string) => process.stdout.write(`${text}\n`);

const places = Array.from({ length: classes * kinds }, () => Array.from({ length: 6 }, () => source.index(cells)));

function madeUp(index: number, { uniform }: Random): AtlasImage {
  const target = index % classes;
  const map = Float32Array.from({ length: cells }, () => uniform() - 0.4);
  for (const place of places[target * kinds + Math.floor(kinds * uniform())] ?? []) map[place] = 2 + uniform();
  const length = Math.hypot(...map);
  return { index, map: map.map((value) => value / length), target, predicted: target, label: target };
}

const images = Array.from({ length: count }, (_, index) => madeUp(index, source));
const before = process.cpuUsage();
const found = atlas(images);
const contents = await renderAtlas({
  ...{ atlas: found, language: 'en', height: side, width: side, classNames: [], notes: [] },
  ...{ names: images.map(({ index }) => `test:${index}`), store: 'made up', method: 'made up', model: 'none' },
});
const { user, system } = process.cpuUsage(before);
const memory = process.resourceUsage().maxRSS / 1024;
say(
  `${count} images, ${found.clusters.length} groups: ${((user + system) / 1e6).toFixed(0)} s of processor, ${memory.toFixed(0)} MB at most, a page of ${(contents.length / 1e6).toFixed(1)} MB`,
);

const executablePath = '/usr/bin/chromium';
if (existsSync(executablePath)) {
  const folder = await mkdtemp(join(tmpdir(), 'konkyo-atlas-'));
  const path = join(folder, 'index.html');
  await writeFile(path, contents);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  const start = performance.now();
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('#legend button');
  say(`open in Chromium after ${((performance.now() - start) / 1000).toFixed(1)} s`);
  await browser.close();
  await rm(folder, { recursive: true });
}
