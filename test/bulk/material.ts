import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { encodePicture } from '../../src/pictures/png.ts';
import { random } from '../../src/random/random.ts';
import { built, dense, load, value } from '../networks.ts';

/* What the tests of bulk runs are of: a tiny network, and folders of tiny pictures. */

export const side = 8;
export const network = built(value('x', ['n', 1, side, side]), ['n', 3], (b, x) =>
  dense(b, b.add('Relu', [dense(b, b.add('Flatten', [x]), side * side, 12)]), 12, 3),
);
export const classifier = await load(network);

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder of a test's own, gone after the tests of its file. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'konkyo-bulk-'));
  folders.push(folder);
  return folder;
}

/** Pictures of noise, `a/00.png` to `c/..`, in three classes. */
export async function pictureFolder(count: number): Promise<string> {
  const folder = await newFolder();
  const source = random(1);
  for (let i = 0; i < count; i++) {
    const own = join(folder, 'abc'[i % 3] ?? 'a');
    await mkdir(own, { recursive: true });
    const data = Uint8Array.from({ length: side * side }, () => source.index(256));
    const name = `${String(Math.floor(i / 3)).padStart(2, '0')}.png`;
    await writeFile(join(own, name), encodePicture({ height: side, width: side, channels: 1, data }));
  }
  return folder;
}
