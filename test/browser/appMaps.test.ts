import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainImages } from '../../src/app/explainImages.ts';
import { savedArchive, savedImages } from '../../src/app/savedArrays.ts';
import { subjectsOf } from '../../src/app/subjectsOf.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import { readNpz } from '../../src/datasets/npz.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import { rows } from '../../src/onnx/tensor.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { webRuntime } from '../../src/runtime/web.ts';
import { readReference, referenceModels } from '../attribution/referenceData.ts';
import { cpu } from '../runtimes.ts';
import { type AppInBrowser, appInBrowser, hasChromium, openFiles, waitForDecision } from './appPage.ts';

type Arrays = ReturnType<typeof readNpz>;

interface Maps {
  readonly arrays: Arrays;
  readonly count: number;
  /** Of the scores that they are differences of. */
  readonly largestScore: number;
}

/** The maps that konkyo makes of a model's first reference image where nobody names methods, as `--save` has them. */
async function mapsBy(runtime: Runtime, model: string): Promise<Maps> {
  const { bytes, images } = readReference(model);
  const subjects = await subjectsOf(await loadModel(bytes, { runtime }), { isAssumed: true });
  const found = await explainImages(subjects, [{ name: 'image.npy', image: rows(images, 0, 1) }], {
    checks: false,
    studies: false,
  });
  await subjects.release();
  const { explanation } = found.images[0]!;
  return {
    arrays: readNpz(savedArchive(savedImages(found), { methods: found.methods, input: subjects.input })),
    count: explanation.maps.length,
    largestScore: Math.max(...Array.from(explanation.prediction.scores, Math.abs)),
  };
}

/** A reference model and its first image, opened together, and the maps that the page gives once there are as many. */
async function mapsInApp(page: Page, model: string, count: number): Promise<Arrays> {
  const { bytes, images } = readReference(model);
  const { dims, data } = rows(images, 0, 1);
  const array = writeNpy({ type: 'float32', dims: [...dims], data });
  const mimeType = 'application/octet-stream';
  await openFiles(page, [
    { name: `${model}.onnx`, mimeType, buffer: Buffer.from(bytes) },
    { name: `${model}.npy`, mimeType, buffer: Buffer.from(array) },
  ]);
  await page.waitForSelector(`h1:text-is("${model}.onnx")`);
  if ((await page.locator('.pad').count()) > 0) {
    // Where one can draw, a first drawing may have come before the picture.
    await page.click('.pad button');
    await page.click('.choices button');
  }
  await page.waitForSelector(`.stage [aria-label^="${model}.npy"]`);
  await page
    .locator('.card')
    .nth(count - 1)
    .waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('button:has-text("Maps as arrays (.npz)")'),
  ]);
  return readNpz(await readFile(await download.path()));
}

/** The largest difference of two maps, and the largest value of the second. */
function compare(own: ArrayLike<number | bigint>, other: ArrayLike<number | bigint>) {
  expect(own.length).toBe(other.length);
  let [worst, largest] = [0, 0];
  for (let i = 0; i < other.length; i++) {
    const gap = Math.abs(Number(own[i]) - Number(other[i]));
    if (!(gap <= worst)) worst = gap;
    largest = Math.max(largest, Math.abs(Number(other[i])));
  }
  return { worst, largest };
}

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
    await waitForDecision(page, '3');
  });
  afterAll(() => app?.close());

  it.each(referenceModels)('are those of the command line, one model dropped after another: %s', async (model) => {
    const [native, wasm] = [await mapsBy(cpu, model), await mapsBy(webRuntime({ threads: 1 }), model)];
    const own = await mapsInApp(page, model, native.count);
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
