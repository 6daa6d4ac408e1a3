import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules', '.cache');

/** konkyo as it is published, dist/ and what it reads, compiled once for all tests of commands. */
export const built = join(cache, 'konkyo-tests');

/** Where vitest begins: compiles what has changed since the last time. */
export default function setup(project: TestProject): void {
  compile();
  project.onTestsRerun(() => compile());
}

function compile(): void {
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join(root, 'src', String(name)));
  const newest = Math.max(...sources.map((name) => statSync(name).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(join(cache, 'compiling-'));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // Type errors are the type check's business.
  const flags = ['--noCheck', '--declaration', 'false', '--outDir', join(made, 'dist')];
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...flags], { stdio: 'inherit' });
  for (const name of ['package.json', 'assets']) symlinkSync(join(root, name), join(made, name));
  rmSync(built, { recursive: true, force: true });
  renameSync(made, built);
}
