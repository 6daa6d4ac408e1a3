import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChecksumError, DatasetFileError, DownloadError, InterruptedError } from '../../src/datasets/errors.ts';
import type { LoadProgress } from '../../src/datasets/loadProgress.ts';
import { datasetCache, loadPublished } from '../../src/datasets/publishedDataset.ts';
import { errorOf } from './expectError.ts';
import { idxLabels } from './idxBytes.ts';
import { type Mirror, publishedFiles, publishedSet, startMirror, writePublished } from './publishedSet.ts';

let folder = '';
let cacheDir = '';
const mirrors: Mirror[] = [];

async function mirror(...args: Parameters<typeof startMirror>): Promise<Mirror> {
  const started = await startMirror(...args);
  mirrors.push(started);
  return started;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-published-'));
  cacheDir = join(folder, 'cache');
});
afterEach(async () => {
  for (const { server } of mirrors.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

const cached = () => readdir(join(cacheDir, 'tiny')).catch(() => []);

describe('places of a published data set', () => {
  it('prefers the folder given, then the system’s, then the cache, and asks no server', async () => {
    const { address, requests } = await mirror();
    const [dataDir, system] = [join(folder, 'given'), join(folder, 'system')];
    const dataset = publishedSet([address], [system]);
    const damaged = { 't10k-labels-idx1-ubyte.gz': gzipSync(idxLabels([0])) };
    await writePublished(join(cacheDir, 'tiny'), damaged);
    await writePublished(system);
    // Had the damaged cache been read, its checksum would be wrong.
    expect((await loadPublished(dataset, { cacheDir })).test.classNames).toEqual(['hat', 'coat']);
    await writePublished(dataDir, damaged);
    const error = await errorOf(ChecksumError, () => loadPublished(dataset, { cacheDir, dataDir }));
    expect(error.where).toBe(join(dataDir, 't10k-labels-idx1-ubyte.gz'));
    expect(requests).toEqual([]);
  });

  it('finds the data set in a folder of its name, decompressed, or compressed in another way', async () => {
    const given = join(folder, 'tiny');
    await writePublished(given, {
      't10k-images-idx3-ubyte.gz': gzipSync(Buffer.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8]), {
        level: 0,
      }),
    });
    await rm(join(given, 't10k-labels-idx1-ubyte.gz'));
    await writeFile(join(given, 't10k-labels-idx1-ubyte'), idxLabels([1]));
    const { train, test } = await loadPublished(publishedSet([]), { cacheDir, dataDir: folder });
    expect([[...train.labels], [...test.images], [...test.labels]]).toEqual([[0, 1, 0], [7, 8], [1]]);
  });

  it('refuses a given folder that does not exist, rather than download', async () => {
    const dataDir = join(folder, 'nowhere');
    const error = await errorOf(DatasetFileError, () => loadPublished(publishedSet([]), { cacheDir, dataDir }));
    expect(error.message).toContain(`${dataDir}: the folder cannot be read. Give an existing folder as --data-dir`);
  });

  it('says which content was expected and which was found', async () => {
    await writePublished(join(cacheDir, 'tiny'), { 'train-labels-idx1-ubyte.gz': gzipSync(idxLabels([1, 1, 1])) });
    const error = await errorOf(ChecksumError, () => loadPublished(publishedSet([]), { cacheDir }));
    expect(error.message).toMatch(
      /not that of train-labels-idx1-ubyte.gz as published: its SHA-256 is [0-9a-f]{64}, not/,
    );
    expect(error.message).toContain(`, not ${publishedSet([]).files[1]!.sha256}.`);
  });

  it('names a gzip file that is corrupt', async () => {
    const bytes = Buffer.from(publishedFiles.get('train-images-idx3-ubyte.gz')!);
    bytes[12] = (bytes[12] ?? 0) ^ 0xff;
    await writePublished(join(cacheDir, 'tiny'), { 'train-images-idx3-ubyte.gz': bytes });
    const error = await errorOf(DatasetFileError, () => loadPublished(publishedSet([]), { cacheDir }));
    expect(error.where).toBe(join(cacheDir, 'tiny', 'train-images-idx3-ubyte.gz'));
  });

  it('has its cache where the desktop specification says', () => {
    expect(datasetCache({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/konkyo/datasets');
    for (const env of [{}, { XDG_CACHE_HOME: '' }, { XDG_CACHE_HOME: 'relative' }]) {
      expect(datasetCache(env)).toMatch(/\.cache\/konkyo\/datasets$/);
    }
  });
});

describe('download of a published data set', () => {
  it('downloads the four files with progress, keeps them as published, and does not ask again', async () => {
    const { address, requests } = await mirror();
    const seen: LoadProgress[] = [];
    const dataset = publishedSet([address]);
    const { train } = await loadPublished(dataset, { cacheDir, onProgress: (progress) => seen.push(progress) });
    expect([...train.images]).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await cached()).sort()).toEqual([...publishedFiles.keys()].sort());
    for (const [name, bytes] of publishedFiles) expect(await readFile(join(cacheDir, 'tiny', name))).toEqual(bytes);
    expect(seen.at(-1)).toMatchObject({ what: 'Downloading tiny: t10k-labels-idx1-ubyte.gz', unit: 'bytes' });
    expect(seen.at(-1)!.done).toBe(seen.at(-1)!.total);
    await loadPublished(dataset, { cacheDir });
    expect(requests).toEqual([...publishedFiles.keys()]);
  });

  it('downloads only what the cache lacks', async () => {
    const { address, requests } = await mirror();
    await writePublished(join(cacheDir, 'tiny'));
    await rm(join(cacheDir, 'tiny', 't10k-labels-idx1-ubyte.gz'));
    await loadPublished(publishedSet([address]), { cacheDir });
    expect(requests).toEqual(['t10k-labels-idx1-ubyte.gz']);
  });

  it('goes on to the next mirror after one that lacks the file or has another one', async () => {
    const lacking = await mirror(() => (_, response) => response.writeHead(404).end());
    const wrong = await mirror(() => (_, response) => response.end(gzipSync('something else')));
    const right = await mirror();
    const dataset = publishedSet([lacking.address, wrong.address, right.address]);
    expect((await loadPublished(dataset, { cacheDir })).test.count).toBe(1);
    expect([lacking, wrong, right].map(({ requests }) => requests.length)).toEqual([4, 4, 4]);
  });

  it('takes a file that the server declares as content encoding', async () => {
    const { address } = await mirror((file) => (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(publishedFiles.get(file));
    });
    expect((await loadPublished(publishedSet([address]), { cacheDir })).train.count).toBe(3);
    expect((await loadPublished(publishedSet([]), { cacheDir })).train.count).toBe(3);
  });

  it.each([
    [
      'a file that is missing',
      (_file: string) => (_: unknown, response: import('node:http').ServerResponse) => response.writeHead(404).end(),
      'the server says 404 Not Found',
    ],
    [
      'another file of the same kind',
      () => (_: unknown, response: import('node:http').ServerResponse) => response.end(gzipSync('other')),
      'not that of train-images-idx3-ubyte.gz as published: its SHA-256 is',
    ],
    [
      'a file cut short',
      (file: string) => (_: unknown, response: import('node:http').ServerResponse) => {
        const bytes = publishedFiles.get(file)!;
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 20), () => response.destroy());
      },
      'terminated',
    ],
    [
      'half a file that says it is whole',
      (file: string) => (_: unknown, response: import('node:http').ServerResponse) =>
        response.end(publishedFiles.get(file)!.subarray(0, 20)),
      'it cannot be decompressed',
    ],
    [
      'far too much',
      () => (_: unknown, response: import('node:http').ServerResponse) => response.end(Buffer.alloc(100_000)),
      'so it is another file',
    ],
    [
      'nothing at all',
      () => (_: unknown, response: import('node:http').ServerResponse) => {
        response.writeHead(200, { 'content-length': 10 }).flushHeaders();
      },
      'nothing came for 0.2 seconds',
    ],
  ])('says why, and where to put which file, when the server sends %s', async (_what, answer, reason) => {
    const { address } = await mirror(answer);
    const error = await errorOf(DownloadError, () =>
      loadPublished(publishedSet([address]), { cacheDir, stallMilliseconds: 200 }),
    );
    expect(error.message).toContain(`${address}train-images-idx3-ubyte.gz: `);
    expect(error.message).toContain(reason);
    expect(error.message).toContain(
      `Put ${[...publishedFiles.keys()].join(', ')} (see https://example.org/tiny) into ${join(cacheDir, 'tiny')}`,
    );
    expect(await cached()).toEqual([]);
  });

  it('says so when there is no server', async () => {
    const { address, server } = await mirror();
    await new Promise((resolve) => server.close(resolve));
    const error = await errorOf(DownloadError, () => loadPublished(publishedSet([address]), { cacheDir }));
    expect(error.message).toMatch(/fetch failed \(.*ECONNREFUSED.*\)/);
    expect(error.message).toContain(`it is not in ${join(cacheDir, 'tiny')}`);
  });

  it('stops when it is aborted on the way, and leaves nothing behind', async () => {
    const interrupt = new AbortController();
    const { address, requests } = await mirror((file) => (_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write(publishedFiles.get(file)!.subarray(0, 20));
    });
    const error = await errorOf(InterruptedError, () =>
      loadPublished(publishedSet([address, address]), {
        cacheDir,
        signal: interrupt.signal,
        onProgress: () => interrupt.abort(),
      }),
    );
    expect(error.message).toContain('interrupted');
    expect(requests).toHaveLength(1);
    expect(await cached()).toEqual([]);
  });
});
