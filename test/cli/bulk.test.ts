import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { encodePicture } from '../../src/pictures/png.ts';
import { network, pictureFolder } from '../bulk/material.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
let bulk: readonly string[];
beforeAll(async () => {
  konkyo = await compileKonkyo();
  const model = join(konkyo.folder, 'model.onnx');
  await writeFile(model, writeModel(network));
  bulk = ['bulk', model, '--dataset', await pictureFolder(30), '--method', 'input-x-gradient', '--shard-size', '10'];
});
afterAll(() => konkyo.remove());

describe('konkyo bulk', () => {
  it('makes a store in shares, and an atlas is made of it', async () => {
    const store = join(konkyo.folder, 'out.zarr');
    const first = await konkyo.run([...bulk, '--store', store, '--shard', '2/2', '--json']);
    expect(JSON.parse(first.stdout)).toMatchObject({ made: 10, shards: 3, done: 1, interrupted: false });
    const rest = await konkyo.run([...bulk, '--store', store]);
    expect(rest.stdout).toBe(`20 images explained, 10 were there already. ${store} has all 30 images.\n`);
    expect(rest.stderr).toContain('[1/30] images');
    const out = join(konkyo.folder, 'atlas');
    const drawn = await konkyo.run(['atlas', store, '--out', out, '--json']);
    expect(JSON.parse(drawn.stdout)).toMatchObject({ page: join(out, 'index.html'), method: 'input-x-gradient' });
    expect((await konkyo.run(['atlas', store, '--out', out, '--lang', 'ja'])).stdout).toContain('グループがあります');
    const masks = join(konkyo.folder, 'masks');
    await mkdir(masks);
    const half = Uint8Array.from({ length: 64 }, (_, i) => (i < 32 ? 255 : 0));
    const mask = encodePicture({ height: 8, width: 8, channels: 1, data: half });
    for (let i = 0; i < 30; i++) await writeFile(join(masks, `${i}.png`), mask);
    const masked = await konkyo.run(['atlas', store, '--out', out, '--masks', masks, '--json']);
    for (const { offObject } of JSON.parse(masked.stdout).clusters) expect(offObject.share).toBeGreaterThan(0.1);
    await writeFile(join(masks, '30.png'), mask);
    expect(await konkyo.run(['atlas', store, '--out', out, '--masks', masks])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is of image 30, but'),
    });
  });

  it('refuses what does not fit, and says why', async () => {
    const store = join(konkyo.folder, 'other.zarr');
    await konkyo.run([...bulk, '--store', store]);
    const other = await konkyo.run([...bulk, '--store', store, '--target', 'label']);
    expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining('target: "predicted" in the store') });
    const compared = [
      ...bulk.with(5, 'expected-gradients'),
      '--samples',
      '2',
      '--store',
      join(konkyo.folder, 'c.zarr'),
    ];
    expect(await konkyo.run([...compared, '--baselines', 'digits', '--size', '8x8'])).toHaveProperty('status', 0);
    expect((await konkyo.run(compared)).stderr).toContain('resources.baselines: "digits" in the store, nothing now');
    for (const [flags, message] of [
      [['--store', store, '--shard', '3/2'], '--shard takes I/N'],
      [['--store', store, '--check', 'delection-insertion'], 'did you mean deletion-insertion?'],
      [['--store', store, '--part', 'half'], '--part takes all, train, test'],
      [['--store', store, '--target', '0-vs-1'], '--target takes predicted, label, or a class'],
      [[], 'Say where the maps go: --store OUT.zarr.'],
      [['--store', store, '--queue', 'redis://127.0.0.1:1', '--shard', '1/2'], 'Give --shard or --queue'],
    ] as const) {
      expect(await konkyo.run([...bulk, ...flags])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(message),
      });
    }
  });

  it('says that a queue cannot be reached', async () => {
    const { status, stderr } = await konkyo.runAlone([
      ...bulk,
      '--store',
      join(konkyo.folder, 'q.zarr'),
      '--queue',
      'redis://127.0.0.1:1',
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('Redis at 127.0.0.1:1 cannot be reached');
  });

  it('says of a folder that it is no store', async () => {
    const folder = join(konkyo.folder, 'nothing');
    await mkdir(folder);
    const { status, stderr } = await konkyo.run(['atlas', folder, '--out', join(konkyo.folder, 'none')]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is no Zarr store')]);
  });
});
