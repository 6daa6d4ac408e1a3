import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whether Python 3 with NumPy is installed (Debian: python3-numpy). */
export const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

/** Standard output of a Python program; an exception there fails the test. */
export function python(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** A new folder with the arrays of npyFixtures.py; the caller removes it. */
export function makeNumpyFixtures(): string {
  const folder = mkdtempSync(join(tmpdir(), 'konkyo-npy-'));
  python(fileURLToPath(new URL('npyFixtures.py', import.meta.url)), folder);
  return folder;
}
