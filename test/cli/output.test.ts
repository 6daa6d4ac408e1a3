import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpointPlace, keptUntilDone } from '../../src/cli/checkpointPlace.ts';
import { OutputError, tryFile, tryFolder, writeWhole } from '../../src/cli/output.ts';
import type { Progress } from '../../src/cli/progress.ts';
import { writeBeside } from '../../src/datasets/writeBeside.ts';
import type { Checkpoint } from '../../src/training/checkpoint.ts';

let root = '';
const at = (...names: string[]) => join(root, ...names);
let said: string[] = [];
const progress: Progress = { update: () => {}, finish: () => {}, message: (text) => said.push(text) };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'konkyo-output-'));
  said = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  await rm(root, { recursive: true });
});

describe('an output', () => {
  it('is tried without a trace', async () => {
    await tryFile(at('new', 'deep', 'm.onnx'));
    await tryFolder(at('other', 'folder'));
    expect(await readdir(root)).toEqual([]);
  });

  it('is tried by several runs at once', async () => {
    for (let round = 0; round < 30; round++) await Promise.all([1, 2, 3, 4].map(() => tryFolder(at('shared', 'deep'))));
    // An empty folder may stay, which one run has made and another was using.
    expect((await readdir(root, { recursive: true })).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is written through a link, which stays', async () => {
    await mkdir(at('real'));
    await writeFile(at('real', 'a.txt'), 'old');
    await symlink(at('real', 'a.txt'), at('link.txt'));
    expect(await writeWhole(at('link.txt'), 'new')).toBe(at('link.txt'));
    expect(await readFile(at('real', 'a.txt'), 'utf8')).toBe('new');
  });

  it('goes to the temporary folder where its place is gone, which is said, and leaves nothing half-written', async () => {
    await tryFolder(at('out'));
    await writeFile(at('out'), 'a file came in between');
    const places = [
      await writeWhole(at('out', 'index.html'), 'page'),
      await writeWhole(at('out', 'i', '1.html'), 'one'),
    ];
    expect(await Promise.all(places.map((place) => readFile(place, 'utf8')))).toEqual(['page', 'one']);
    // As they lay to each other.
    expect(places[1]).toBe(join(places[0]!, '..', 'i', '1.html'));
    expect(said.join('')).toContain(`written to ${places[0]} instead`);
    expect(process.exitCode).toBe(1);
    expect(await readdir(root)).toEqual(['out']);
  });

  it('does so where the disk is full (skipped where no small disk can be mounted)', async (context) => {
    const disk = at('disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk], { stdio: 'ignore' });
    } catch {
      return context.skip();
    }
    try {
      await tryFile(join(disk, 'm.onnx'));
      const place = await writeWhole(join(disk, 'm.onnx'), new Uint8Array(200_000));
      expect((await readFile(place)).length).toBe(200_000);
      expect(said.join('')).toContain('ENOSPC');
      expect(await readdir(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('that can be written nowhere is an error', async () => {
    const tmp = process.env.TMPDIR;
    process.env.TMPDIR = at('no-such-folder');
    try {
      await writeFile(at('file'), '');
      // A folder made for earlier files would be used again.
      vi.resetModules();
      const fresh = await import('../../src/cli/output.ts');
      await expect(fresh.writeWhole(at('file', 'x'), 'x')).rejects.toThrow(/Cannot write .*; nor to .*Make room/);
    } finally {
      if (tmp === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = tmp;
    }
  });

  it('is refused where a file is in the way', async () => {
    await writeFile(at('file'), '');
    await expect(tryFolder(at('file', 'deep'))).rejects.toThrow(OutputError);
    await expect(tryFolder(at('file', 'deep'))).rejects.toThrow(/file is a file\. Choose another one/);
  });

  it('is written from pieces', async () => {
    await writeBeside(at('pieces.txt'), ['a', 'b', 'c']);
    expect(await readFile(at('pieces.txt'), 'utf8')).toBe('abc');
  });
});

describe('a checkpoint’s place', () => {
  const checkpoint = {
    state: { step: 0, weights: {}, memory: {} },
    identity: { seed: 0, batchSize: 1, images: 1, data: '', optimizer: '', weights: '' },
    random: [],
    batches: 0,
    lossSum: 0,
    history: [],
  } satisfies Checkpoint;

  it('is never another training’s checkpoint', async () => {
    const out = at('m.onnx');
    await writeFile(`${out}.checkpoint.npz`, 'ten hours');
    const place = await checkpointPlace(out, undefined, progress);
    expect(place.path).toBe(`${out}.checkpoint-2.npz`);
    expect(said).toEqual([expect.stringContaining(`--resume ${out}.checkpoint.npz`)]);
    await place.save(checkpoint);
    await place.remove();
    expect(await readdir(root)).toEqual(['m.onnx.checkpoint.npz']);
    expect((await checkpointPlace(out, `${out}.checkpoint.npz`, progress)).path).toBe(`${out}.checkpoint.npz`);
  });

  it('that is full does not end the training; a training that fails names its last checkpoint', async () => {
    const out = at('sub', 'm.onnx');
    const place = await checkpointPlace(out, undefined, progress);
    await writeFile(at('sub'), 'in the way');
    await place.save(checkpoint);
    await place.save(checkpoint);
    expect(said.filter((text) => text.includes('cannot be saved'))).toHaveLength(1);
    await rm(at('sub'));
    await place.save(checkpoint);
    const failing = keptUntilDone(place, progress, () => Promise.reject(new Error('NaN')));
    await expect(failing).rejects.toThrow('NaN');
    expect(said.at(-1)).toContain(place.path);
  });
});
