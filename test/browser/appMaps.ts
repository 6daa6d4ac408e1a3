import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { explainImages } from '../../src/app/explainImages.ts';
import { savedArchive, savedImages } from '../../src/app/savedArrays.ts';
import { subjectsOf } from '../../src/app/subjectsOf.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import { readNpz } from '../../src/datasets/npz.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import { rows } from '../../src/onnx/tensor.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { readReference } from '../attribution/referenceData.ts';
import { openFiles } from './appPage.ts';

export type Arrays = ReturnType<typeof readNpz>;

export interface Maps {
  readonly arrays: Arrays;
  readonly count: number;
  /** Of the scores that they are differences of. */
  readonly largestScore: number;
}

/** The maps that konkyo makes of a model's first reference image where nobody names methods, as `--save` has them. */
export async function mapsBy(runtime: Runtime, model: string): Promise<Maps> {
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

/** A reference model and its first image, opened together, and the maps that the page gives once it shows what a selector says. */
export async function mapsInApp(page: Page, model: string, until: string): Promise<Arrays> {
  const { bytes, images } = readReference(model);
  const { dims, data } = rows(images, 0, 1);
  const array = writeNpy({ type: 'float32', dims: [...dims], data });
  const mimeType = 'application/octet-stream';
  await openFiles(page, [
    { name: `${model}.onnx`, mimeType, buffer: Buffer.from(bytes) },
    { name: `${model}.npy`, mimeType, buffer: Buffer.from(array) },
  ]);
  await page.waitForSelector(`h1:text-is("${model}.onnx")`);
  await page.waitForSelector(`.stage [aria-label^="${model}.npy"]`);
  await page.waitForSelector(until);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('button:has-text("Maps as arrays (.npz)")'),
  ]);
  return readNpz(await readFile(await download.path()));
}

/** The largest difference of two maps, and the largest value of the second. */
export function compare(own: ArrayLike<number | bigint>, other: ArrayLike<number | bigint>) {
  expect(own.length).toBe(other.length);
  let [worst, largest] = [0, 0];
  for (let i = 0; i < other.length; i++) {
    const gap = Math.abs(Number(own[i]) - Number(other[i]));
    if (!(gap <= worst)) worst = gap;
    largest = Math.max(largest, Math.abs(Number(other[i])));
  }
  return { worst, largest };
}
