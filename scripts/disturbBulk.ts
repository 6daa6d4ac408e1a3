import { join } from 'node:path';
import { canMount, disturb, disturbances } from '../test/bulk/disturbance.ts';
import { hasRedis } from '../test/bulk/redisServer.ts';

/*
 * `npm run check:bulk -- MODEL [TIMES [SEED]]`: kills `konkyo bulk`, its workers, its Redis and its submitting side, and fills its disk,
 * TIMES each (10), at moments drawn from SEED (1); the model takes digits. Takes redis-server, and for the disk the right to mount.
 */

const [model, times = '10', seed = '1'] = process.argv.slice(2);
if (model === undefined) throw new Error('Give a model that takes digits.');
const root = join(import.meta.dirname, '..');
const args = [model, '--dataset', 'digits', '--images', '400', '--shard-size', '16'];
const methods = ['--method', 'saliency,integrated-gradients', '--threads', '1'];
const runs = { main: join(root, 'dist', 'cli', 'main.js'), args: [...args, ...methods], seed: Number(seed) };

let failures = 0;
for (const kind of disturbances) {
  const isMissing = kind === 'disk' ? !canMount() : kind !== 'bulk' && !hasRedis;
  if (isMissing)
    process.stdout.write(
      `${kind}: not tried, this machine has no ${kind === 'disk' ? 'right to mount' : 'redis-server'}\n`,
    );
  else failures += await disturb(kind, Number(times), runs, (text) => process.stdout.write(`${text}\n`));
}
process.stdout.write(`${failures} stores differ\n`);
if (failures > 0) process.exitCode = 1;
