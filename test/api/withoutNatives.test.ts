import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built } from '../cli/build.ts';

/** konkyo as installed where neither onnxruntime-node nor sharp could be had: behind a firewall, for a web page. */
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'konkyo-plain-'));
  const own = join(root, 'node_modules', 'konkyo');
  await mkdir(own, { recursive: true });
  for (const name of ['dist', 'package.json', 'assets'])
    await cp(await realpath(join(built, name)), join(own, name), { recursive: true });
  for (const name of await readdir('node_modules')) {
    if (name.startsWith('.') || ['onnxruntime-node', 'sharp'].includes(name)) continue;
    await symlink(await realpath(join('node_modules', name)), join(root, 'node_modules', name));
  }
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(root, { recursive: true }));

function node(args: readonly string[]): Promise<{ readonly status: number; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr }),
    );
  });
}

async function evaluated(text: string) {
  const path = join(root, 'script.mjs');
  await writeFile(path, text);
  return node([path]);
}

describe('without native packages', () => {
  it.each([
    'konkyo',
    'konkyo/web',
    'konkyo/graph',
    'konkyo/relevance',
    'konkyo/faithfulness',
    'konkyo/training',
    'konkyo/studies',
  ])('%s is imported', async (entry) => {
    expect(await evaluated(`await import('${entry}'); console.log('here');`)).toEqual({ status: 0, said: 'here\n' });
  });
});

describe('without onnxruntime-node', () => {
  beforeAll(async () => symlink(await realpath('node_modules/sharp'), join(root, 'node_modules', 'sharp')));

  it('konkyo/node is imported and reads files; its runtime says what to install', async () => {
    const { status, said } = await evaluated(`
      const { loadDigits, nodeRuntime } = await import('konkyo/node');
      console.log((await loadDigits()).test.count);
      try { nodeRuntime(); } catch (error) { console.log(error.tag + ': ' + error.message); }`);
    expect(status).toBe(0);
    expect(said).toMatch(/^2000\nsession: .*onnxruntime-node, which is not installed: npm i onnxruntime-node/);
  });

  it('so does the command line, whose lists work all the same', async () => {
    const main = join(root, 'node_modules', 'konkyo', 'dist', 'cli', 'main.js');
    expect(await node([main, 'methods'])).toMatchObject({ status: 0, said: expect.stringContaining('grad-cam') });
    const { status, said } = await node([main, 'explain', 'm.onnx', 'a.png']);
    expect(status).toBe(1);
    expect(said).toMatch(/^konkyo: konkyo runs models on Node with .*npm i onnxruntime-node \(/);
  });
});
