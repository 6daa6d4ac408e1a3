import { open, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportOutput } from '../app/reportOutput.ts';
import { writeBeside } from '../datasets/writeBeside.ts';

const pageMark = '<meta name="generator" content="konkyo">';
/** What files of konkyo carry, near their beginning or their end. */
const marks: readonly { readonly name: RegExp; readonly mark: string; readonly at: 'start' | 'end' }[] = [
  { name: /\.png$/, mark: 'tEXtSoftware\0konkyo', at: 'end' },
  { name: /^\d{5,}\.html$/, mark: pageMark, at: 'start' },
  { name: /^index-\d+\.html$/, mark: pageMark, at: 'start' },
];

/** Writes a file. @returns where it is. */
type WriteFile = (path: string, contents: string | Uint8Array) => Promise<string>;

/** A folder that a report goes to: an earlier report's pictures and pages are removed from it, other files stay. */
export function reportFolder(folder: string, write: WriteFile = writeInPlace): ReportOutput {
  return {
    async clear() {
      await rm(join(folder, 'index.html'), { force: true });
      await removeEarlierPictures(folder);
    },
    write: ({ name, contents }) => write(join(folder, name), contents),
    finish: (written) => removeEarlierPictures(folder, written),
  };
}

async function writeInPlace(path: string, contents: string | Uint8Array): Promise<string> {
  await writeBeside(path, contents);
  return path;
}

/**
 * Removes an earlier run's pictures and pages from the folder of a report: beside a new one they would be taken for its
 * own. Files that konkyo did not make stay.
 * @param keep paths in the folder that belong to the new report.
 */
export async function removeEarlierPictures(out: string, keep: readonly string[] = []): Promise<void> {
  const kept = new Set(keep.map((path) => join(out, path)));
  for (const folder of [out, join(out, 'pictures'), join(out, 'images')]) {
    const names = await readdir(folder).catch(() => []);
    const removed: string[] = [];
    for (const name of names) {
      const path = join(folder, name);
      if (kept.has(path) || !(await isOurs(path, name))) continue;
      await rm(path);
      removed.push(name);
    }
    if (folder !== out && removed.length > 0 && removed.length === names.length) await rmdir(folder);
  }
}

async function isOurs(path: string, name: string): Promise<boolean> {
  const found = marks.find((each) => each.name.test(name));
  if (!found) return false;
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 2048);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, found.at === 'start' ? 0 : size - length);
    return buffer.includes(found.mark, 0, 'latin1');
  } finally {
    await file.close();
  }
}
