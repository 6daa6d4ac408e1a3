import { expect, it } from 'vitest';
import { bulk } from '../../../src/app/bulk.ts';
import { type AtlasOptions, writeAtlas } from '../../../src/app/writeAtlas.ts';
import { inputXGradient } from '../../../src/attribution/gradient/inputXGradient.ts';
import { openStore } from '../../../src/bulk/store.ts';
import { openImageStream } from '../../../src/datasets/imageStream.ts';
import { storeFolder } from '../../../src/node/storeFolder.ts';
import { classifier, newFolder, pictureFolder } from '../material.ts';

const store = await newFolder();
const pictures = await openImageStream(await pictureFolder(50));
const options = { methods: [inputXGradient()], shardSize: 20 };
await bulk(classifier, pictures, storeFolder(store), { ...options, share: { part: 1, of: 3 } });
const written = async (method?: string, more: Partial<AtlasOptions> = {}) => {
  const files = new Map<string, string | Uint8Array>();
  const write = async ({ name, contents }: { name: string; contents: string | Uint8Array }) => {
    files.set(name, contents);
    return name;
  };
  return {
    found: await writeAtlas(await openStore(storeFolder(store)), { ...more, method, output: { write } }),
    files,
  };
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

it('takes masks, and refuses those of another size', async () => {
  const half = { height: 8, width: 8, values: Uint8Array.from({ length: 64 }, (_, i) => Number(i < 32)) };
  const maskOf = async (index: number) => (index % 2 === 0 ? half : undefined);
  const { found, files } = await written(undefined, { maskOf });
  const known = found.atlas.clusters.flatMap(({ images }) => images.filter(({ onObject }) => onObject !== undefined));
  expect(known.map(({ index }) => index % 2)).toEqual(known.map(() => 0));
  expect(known.length).toBeGreaterThan(20);
  expect(String(files.get('index.html'))).toContain(`Masks say where the object is in ${known.length} images`);
  const wide = async (index: number) => (index === 7 ? { ...half, width: 9 } : undefined);
  await expect(written(undefined, { maskOf: wide })).rejects.toThrow('mask of image 7 is of 8 x 9 pixels');
});

it('speaks Japanese when it is asked to', async () => {
  const page = String((await written(undefined, { language: 'ja' })).files.get('index.html'));
  expect(page).toContain('<html lang="ja">');
  expect(page).toContain('どのようなグループがあるか');
  const words = page.replace(/<(style|script|code)[^>]*>.*?<\/\1>/gs, '').replace(/<[^>]*>/g, ' ');
  // Names, of the store too, are all that is left of English.
  const names = /[0-9a-f]{64}|Lapuschkin.*2019|SHA-256|konkyo\S*|[ax] ?×|\/tmp\S*|sheets/g;
  expect(words.replace(names, '').match(/[A-Za-z]{2,}/g)).toBeNull();
});
