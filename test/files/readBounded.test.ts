import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inUnits, LimitError, maxBytes, timeLimit } from '../../src/files/limits.ts';
import { readBounded, readBoundedStream } from '../../src/files/readBounded.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-bounded-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('reading a file', () => {
  it('gives its bytes, up to the bound', async () => {
    const path = join(folder, 'file');
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
    await writeFile(path, bytes);
    expect(Buffer.compare(await readBounded(path, bytes.length), bytes)).toBe(0);
    await expect(readBounded(path, bytes.length - 1)).rejects.toThrow(/2\.9 MiB or more.*KONKYO_MAX_MEMORY/);
    await writeFile(path, '');
    expect(await readBounded(path)).toEqual(new Uint8Array());
  });

  it('says at once that one is too long', async () => {
    const path = join(folder, 'sparse');
    await writeFile(path, '');
    await truncate(path, 2 ** 40);
    await expect(readBounded(path)).rejects.toThrow(/1024\.0 GiB or more, and konkyo reads 2\.0 GiB/);
  });

  it.skipIf(process.platform !== 'linux')('reads what says that it has no bytes', async () => {
    expect((await readBounded('/proc/self/status')).length).toBeGreaterThan(100);
  });
});

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  it.each(['/dev/zero', '/dev/random', '/dev/tty', '/dev/null'])('is refused: %s', async (path) => {
    await expect(readBounded(path)).rejects.toThrow(/a device|ENXIO/);
  });

  it('is refused: a folder, a socket', async () => {
    await expect(readBounded(folder)).rejects.toThrow('it is a folder');
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(readBounded(path)).rejects.toThrow(/ENXIO|EOPNOTSUPP/);
    server.close();
  });

  it('may be a pipe, as a shell’s <(...) is, whose writer takes its time', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'sleep 0.2; { printf one; sleep 0.2; printf two; } > "$0"', path]);
    const closed = new Promise((resolve) => writer.once('close', resolve));
    expect(Buffer.from(await readBounded(path)).toString()).toBe('onetwo');
    await closed;
  });

  it('is read to the bound and no further: a pipe without end', async () => {
    const path = join(folder, 'endless');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'yes > "$0"', path]);
    const closed = new Promise((resolve) => writer.once('close', resolve));
    await expect(readBounded(path, 1e6)).rejects.toThrow(/konkyo reads 976\.6 KiB/);
    await closed;
  });

  it('is given up when it says nothing: a pipe without a writer', async () => {
    const path = join(folder, 'silent');
    execFileSync('mkfifo', [path]);
    await expect(readBounded(path, 1e6, 50)).rejects.toThrow('nothing came from it for 0.05 seconds');
  });
});

it('a stream is read to the bound and no further', async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1000;
      yield new Uint8Array(1000);
    }
  }
  await expect(readBoundedStream(endless(), 5000)).rejects.toThrow(/konkyo reads 4\.9 KiB/);
  expect(given).toBe(6000);
});

describe('bounds from the environment', () => {
  it.each([
    [undefined, 2 ** 31],
    ['', 2 ** 31],
    ['1000', 1000],
    ['4GiB', 2 ** 32],
    ['500mib', 500 * 2 ** 20],
    ['1KiB', 1024],
  ])('KONKYO_MAX_MEMORY=%s is %d bytes', (text, bytes) => {
    expect(maxBytes({ KONKYO_MAX_MEMORY: text })).toBe(bytes);
  });

  it.each(['0', '-1', '4 GB', '4GB', '1.5GiB', 'all', 'NaN', '1e9', `${'9'.repeat(400)}`])(
    'KONKYO_MAX_MEMORY=%s is none',
    (text) => {
      expect(() => maxBytes({ KONKYO_MAX_MEMORY: text })).toThrow(LimitError);
    },
  );

  it('KONKYO_TIME_LIMIT is in seconds', () => {
    expect(timeLimit({})).toBe(300);
    expect(timeLimit({ KONKYO_TIME_LIMIT: '0.5' })).toBe(0.5);
    for (const text of ['0', '-1', 'x', '1e99', 'Infinity'])
      expect(() => timeLimit({ KONKYO_TIME_LIMIT: text })).toThrow(LimitError);
  });

  it('are said in units', () => {
    expect([12, 2048, 2 ** 21, 1.5 * 2 ** 30].map(inUnits)).toEqual(['12 bytes', '2.0 KiB', '2.0 MiB', '1.5 GiB']);
  });
});
