import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { built } from '../cli/build.ts';
import { canMount, disturb, disturbances } from './disturbance.ts';
import { network, newFolder, pictureFolder } from './material.ts';
import { hasRedis } from './redisServer.ts';

/* Twice each; `npm run check:bulk` does it ten times, with a larger network. */

const model = join(await newFolder(), 'model.onnx');
await writeFile(model, writeModel(network));
const pictures = await pictureFolder(60);
const args = [model, '--dataset', pictures, '--method', 'saliency,smoothgrad', '--shard-size', '4', '--threads', '1'];
const isThere = { bulk: true, worker: hasRedis, redis: hasRedis, submitter: hasRedis, disk: canMount() };

for (const kind of disturbances) {
  it.skipIf(!isThere[kind])(
    `the store is the same after what befell: ${kind} (takes redis-server, or a mount)`,
    async () => {
      const runs = { main: join(built, 'dist', 'cli', 'main.js'), args, seed: 2 };
      expect(await disturb(kind, 2, runs)).toBe(0);
    },
  );
}
