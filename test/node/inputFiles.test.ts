import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inputFiles } from '../../src/node/inputFiles.ts';

let root = '';
const at = (...names: string[]) => join(root, ...names);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'konkyo-inputs-'));
});
afterEach(() => rm(root, { recursive: true }));

it("a folder stands for its pictures and arrays in natural order, not for its folders'", async () => {
  await mkdir(at('photos', 'more'), { recursive: true });
  const names = [
    '10.png',
    '2.PNG',
    '1.jpg',
    'b.npy',
    'a.jpeg',
    'notes.txt',
    '.hidden.png',
    'c.webp',
    'd.npz',
    'labels.csv',
  ];
  for (const name of [...names, 'more/0.png']) await writeFile(at('photos', name), '');
  await symlink(at('photos', '1.jpg'), at('photos', '3.jpg'));
  const { files, folders } = await inputFiles(['digits:7', at('photos'), '-', at('none.png')]);
  const own = ['1.jpg', '2.PNG', '3.jpg', '10.png', 'a.jpeg', 'b.npy', 'c.webp', 'd.npz'];
  expect(files).toEqual(['digits:7', ...own.map((name) => at('photos', name)), '-', at('none.png')]);
  expect(folders).toEqual([{ path: at('photos'), pictures: 6, arrays: 2, others: 3 }]);
});

it('names that count as equal have one order', async () => {
  for (const name of ['1.png', '01.png', '001.png']) await writeFile(at(name), '');
  expect((await inputFiles([root])).files).toEqual(['001.png', '01.png', '1.png'].map((name) => at(name)));
});

it('a folder without pictures is an error that says what was looked for', async () => {
  await mkdir(at('empty'));
  await expect(inputFiles([at('empty')])).rejects.toThrow(
    /nothing to explain in the folder .*empty: it has no \.png, \.jpg, \.jpeg or \.webp picture, and no \.npy or \.npz array\.$/,
  );
  await mkdir(at('classes', 'cats'), { recursive: true });
  await writeFile(at('classes', 'labels.csv'), '');
  await expect(inputFiles([at('classes')])).rejects.toThrow(
    /Folders inside it \(1 here\) are not looked into: name them/,
  );
});
