import { expect, it } from 'vitest';
import { bulk } from '../../../src/app/bulk.ts';
import { writeAtlas } from '../../../src/app/writeAtlas.ts';
import { inputXGradient } from '../../../src/attribution/gradient/inputXGradient.ts';
import { openStore } from '../../../src/bulk/store.ts';
import { openImageStream } from '../../../src/datasets/imageStream.ts';
import { storeFolder } from '../../../src/node/storeFolder.ts';
import { classifier, newFolder, pictureFolder } from '../material.ts';

const store = await newFolder();
const pictures = await openImageStream(await pictureFolder(50));
const options = { methods: [inputXGradient()], shardSize: 20 };
await bulk(classifier, pictures, storeFolder(store), { ...options, share: { part: 1, of: 3 } });
const written = async (method?: string) => {
  const files = new Map<string, string | Uint8Array>();
  const write = async ({ name, contents }: { name: string; contents: string | Uint8Array }) => {
    files.set(name, contents);
    return name;
  };
  return { found: await writeAtlas(await openStore(storeFolder(store)), { method, output: { write } }), files };
};

it('an atlas of a part of a store says so, and one of all is written with its thumbnails', async () => {
  expect(String((await written()).files.get('index.html'))).toContain('1 of 3 shards are there');
  await bulk(classifier, pictures, storeFolder(store), options);
  const { files, found } = await written();
  expect([...files.keys()]).toEqual(['sheets/00000.png', 'index.html']);
  expect(found.atlas.clusters.reduce((sum, { images }) => sum + images.length, 0)).toBe(50);
  const page = String(files.get('index.html'));
  expect(page).toContain('a/00.png');
  expect(page).not.toContain('not whole');
  expect(await written().then(({ files: again }) => again)).toEqual(files);
});

it('says which methods there are', async () => {
  await expect(written('rise')).rejects.toThrow('by rise: choose one of input-x-gradient');
});
