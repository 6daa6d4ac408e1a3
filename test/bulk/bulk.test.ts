import { readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BulkOptions, bulk } from '../../src/app/bulk.ts';
import { explain } from '../../src/attribution/explain.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { smoothGrad } from '../../src/attribution/gradient/smoothGrad.ts';
import { shardsOf } from '../../src/bulk/runShards.ts';
import { openStore } from '../../src/bulk/store.ts';
import type { StoreFiles } from '../../src/bulk/storeFiles.ts';
import { readImageFile } from '../../src/datasets/imageFile.ts';
import { openImageStream } from '../../src/datasets/imageStream.ts';
import { deletionInsertion } from '../../src/faithfulness/deletionInsertion.ts';
import { toFittedInput } from '../../src/model/pixels.ts';
import { storeFolder } from '../../src/node/storeFolder.ts';
import { contentsOf } from './folderContents.ts';
import { classifier, newFolder, pictureFolder } from './material.ts';

const methods = [saliency(), inputXGradient()];
const pictures = await pictureFolder(23);
const run = async (
  folder: string,
  options: Partial<BulkOptions> = {},
  images = pictures,
  files = storeFolder(folder),
) => bulk(classifier, await openImageStream(images), files, { methods, shardSize: 5, ...options });
const reference = await newFolder();
await run(reference);

/** Files that fail once so many were written, as on a full disk. */
function failing(folder: string, after: number): StoreFiles {
  const files = storeFolder(folder);
  let left = after;
  return {
    ...files,
    async write(all) {
      for (const file of all) {
        left -= 1;
        if (left < 0) throw Object.assign(new Error('ended'), { code: 'ENOSPC' });
        await files.write(new Map([file]));
      }
    },
  };
}

describe('a store of maps', () => {
  it('has what explaining the images gives', async () => {
    const store = await openStore(storeFolder(reference));
    const names = await store.read('name', 1);
    expect(names).toEqual(['a/05.png', 'a/06.png', 'a/07.png', 'b/00.png', 'b/01.png']);
    expect(await store.read('label', 1)).toEqual(Int32Array.of(0, 0, 0, 1, 1));
    const image = toFittedInput(await readImageFile(join(pictures, 'b/00.png')), classifier.input);
    const [found] = await explain(classifier, image, methods);
    const maps = await store.read('maps/saliency', 1);
    expect(maps.slice(3 * 64, 4 * 64)).toEqual(found?.maps[0]?.values.data);
    expect(await store.read('predicted', 1)).toHaveProperty('3', found?.prediction.chosen);
    expect(Array.from<unknown>((await store.read('scores', 1)).slice(9, 12))).toEqual(found?.prediction.scores);
    // The last shard is not full.
    expect(await store.read('name', 4)).toHaveLength(3);
    expect(await store.read('problem', 4)).toEqual(['', '', '']);
  });

  it('is the same made in shares, and made twice', async () => {
    const folder = await newFolder();
    for (const part of [2, 1, 2]) await run(folder, { share: { part, of: 2 } });
    expect(await contentsOf(folder)).toEqual(await contentsOf(reference));
    expect(await run(folder)).toMatchObject({ made: 0, earlier: 23, done: 5 });
  });

  it('is the same whatever shard a process begins with, where a method draws', async () => {
    const drawing = { methods: [smoothGrad({ samples: 4 })] };
    const [one, other] = [await newFolder(), await newFolder()];
    await run(one, drawing);
    for (const part of [5, 4, 3, 2, 1]) await run(other, { ...drawing, share: { part, of: 5 } });
    expect(await contentsOf(other)).toEqual(await contentsOf(one));
  });

  it('goes on after writing failed, at whatever file, to the same bytes', async () => {
    for (const after of [0, 3, 20, 31, 44, 60]) {
      const folder = await newFolder();
      await expect(run(folder, {}, pictures, failing(folder, after))).rejects.toThrow('ended');
      await run(folder);
      expect(await contentsOf(folder), `after ${after} files`).toEqual(await contentsOf(reference));
    }
  });

  it('stops after a shard when asked to', async () => {
    const folder = await newFolder();
    const controller = new AbortController();
    const progress = (done: number) => done === 5 && controller.abort();
    expect(await run(folder, { progress, signal: controller.signal })).toMatchObject({ interrupted: true, done: 2 });
  });

  it('has the figures of checks', async () => {
    const folder = await newFolder();
    await run(folder, { checks: [deletionInsertion] });
    const store = await openStore(storeFolder(folder));
    const paths = store.arrays.map(({ path }) => path).filter((path) => path.startsWith('checks/saliency/'));
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) expect(Array.from<unknown>(await store.read(path, 0)).every(Number.isFinite)).toBe(true);
  });

  it('explains labels where they are asked for', async () => {
    const folder = await newFolder();
    await run(folder, { target: 'label' });
    const store = await openStore(storeFolder(folder));
    expect(await store.read('target', 1)).toEqual(await store.read('label', 1));
  });
});

describe('what is amiss', () => {
  it('notes pictures that cannot be read, and explains the others', async () => {
    const images = await pictureFolder(12);
    await writeFile(join(images, 'a', '01.png'), 'no picture');
    const folder = await newFolder();
    expect(await run(folder, {}, images)).toMatchObject({ made: 12, problems: 1 });
    const store = await openStore(storeFolder(folder));
    const [, problem] = await store.read('problem', 0);
    expect(problem).toContain('not a supported picture');
    expect(await store.read('predicted', 0)).toHaveProperty('1', -1);
    const maps = await store.read('maps/saliency', 0);
    expect(maps.slice(64, 128)).toEqual(new Float32Array(64).fill(Number.NaN));
    expect(maps.slice(128)).not.toContain(Number.NaN);
  });

  it('is not taken for bad pictures where the folder is gone', async () => {
    const images = await pictureFolder(12);
    const stream = await openImageStream(images);
    await rm(images, { recursive: true });
    await expect(bulk(classifier, stream, storeFolder(await newFolder()), { methods, shardSize: 5 })).rejects.toThrow(
      /Not one of the images 0 to 4 can be read/,
    );
  });

  it('refuses another method, setting, size of shards or data set, and names it', async () => {
    await expect(run(reference, { methods: [saliency()] })).rejects.toThrow(/methods: .*input-x-gradient.* now/);
    await expect(run(reference, { target: 'label' })).rejects.toThrow('target: "predicted" in the store, "label" now');
    await expect(run(reference, { shardSize: 6 })).rejects.toThrow('shardSize: 5 in the store, 6 now');
    await expect(run(reference, {}, await pictureFolder(20))).rejects.toThrow('images.count: 23 in the store, 20 now');
  });

  it('refuses a data set whose pictures have changed', async () => {
    const images = await pictureFolder(12);
    const folder = await newFolder();
    await run(folder, {}, images);
    await writeFile(join(images, 'b', '00.png'), await readFile(join(images, 'c', '01.png')));
    await expect(run(folder, {}, images)).rejects.toThrow(/The image b\/00.png \(number 4\) is not the one/);
    await unlink(join(images, 'b', '00.png'));
    await expect(run(folder, {}, images)).rejects.toThrow('images.count: 12 in the store, 11 now');
  });

  it('refuses a store of another version, and what is none', async () => {
    const folder = await newFolder();
    await expect(openStore(storeFolder(folder))).rejects.toThrow('is no Zarr store');
    await writeFile(join(folder, 'zarr.json'), '{"zarr_format":3,"node_type":"group","attributes":{}}');
    await expect(run(folder)).rejects.toThrow('not one of konkyo bulk');
    const head = { identity: { format: 99 }, form: {} };
    await writeFile(join(folder, 'zarr.json'), JSON.stringify({ attributes: { konkyo: head } }));
    await expect(openStore(storeFolder(folder))).rejects.toThrow('has the form of version 99');
  });

  it('says which chunk is damaged', async () => {
    const folder = await newFolder();
    await run(folder);
    await writeFile(join(folder, 'maps', 'saliency', 'c.1.0.0.0'), 'damaged');
    await expect((await openStore(storeFolder(folder))).read('maps/saliency', 1)).rejects.toThrow(
      /Shard 1 of the array maps\/saliency .* cannot be read/,
    );
  });

  it('leaves nothing half-written', async () => {
    expect(await readdir(reference)).not.toContain('partial');
  });
});

it('every shard is in one share', () => {
  for (const shards of [0, 1, 7, 12]) {
    const all = [1, 2, 3, 4, 5].flatMap((part) => shardsOf({ part, of: 5 }, shards));
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: shards }, (_, i) => i));
  }
});
