import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulk, openBulk } from '../../src/app/bulk.ts';
import { bulkByQueue } from '../../src/app/bulkByQueue.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { BulkSettingsError } from '../../src/bulk/errors.ts';
import { openRedis, queuePackages } from '../../src/bulk/queue/redis.ts';
import { type WorkShardsOptions, workShards } from '../../src/bulk/queue/workShards.ts';
import { openImageStream } from '../../src/datasets/imageStream.ts';
import { storeFolder } from '../../src/node/storeFolder.ts';
import { contentsOf } from './folderContents.ts';
import { classifier, newFolder, pictureFolder } from './material.ts';
import { freePort, hasRedis, type RedisServer, startRedis } from './redisServer.ts';

const options = { methods: [saliency()], shardSize: 3 };
const pictures = await pictureFolder(23);
const open = async (store: string) =>
  openBulk(classifier, await openImageStream(pictures), storeFolder(store), options);
/** A worker in this process; it ends when it has had nothing for a while, or when told to. */
const worker = (url: string, more: Partial<WorkShardsOptions> = {}) =>
  workShards(url, {
    open: (request) => open(String(request)),
    idleMilliseconds: 1500,
    lockMilliseconds: 2000,
    ...more,
  });
const submit = async (url: string, store: string, more: { readonly signal?: AbortSignal } = {}) =>
  bulkByQueue(classifier, await openImageStream(pictures), storeFolder(store), {
    ...{ ...options, queue: url, request: store, ...more },
  });

describe.skipIf(!hasRedis)('a queue (skipped without redis-server)', () => {
  let server: RedisServer;
  let reference: string;
  beforeAll(async () => {
    server = await startRedis();
    reference = await newFolder();
    await bulk(classifier, await openImageStream(pictures), storeFolder(reference), options);
  });
  afterAll(() => server.stop());

  it('gives the same store, made by two workers', async () => {
    const store = await newFolder();
    const [found, ...made] = await Promise.all([submit(server.url, store), worker(server.url), worker(server.url)]);
    expect(found).toMatchObject({ done: 8, made: 23, earlier: 0 });
    expect(made.reduce((sum, { shards }) => sum + shards, 0)).toBe(8);
    expect(await contentsOf(store)).toEqual(await contentsOf(reference));
  });

  it('is filled again when Redis has lost everything', async () => {
    const store = await newFolder();
    const submitted = submit(server.url, store);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await server.restart();
    const [found] = await Promise.all([submitted, worker(server.url)]);
    expect(found.done).toBe(8);
    expect(await contentsOf(store)).toEqual(await contentsOf(reference));
  });

  it('keeps what was given up with its reason, and the next run tries it again', async () => {
    const store = await newFolder();
    // What would not be mended by trying again is given up at once.
    const bad = worker(server.url, {
      open: () => Promise.reject(new BulkSettingsError('The model is another here.')),
    });
    await expect(submit(server.url, store)).rejects.toThrow(
      /8 of 8 shards of .* were given up: shard \d: The model is another here.*and 3 more/,
    );
    await bad;
    const [found] = await Promise.all([submit(server.url, store), worker(server.url)]);
    expect(found.done).toBe(8);
  });

  it('leaves jobs to the workers where the submitting side is stopped', async () => {
    const store = await newFolder();
    const controller = new AbortController();
    const submitted = submit(server.url, store, { signal: controller.signal });
    setTimeout(() => controller.abort(), 1500);
    expect(await submitted).toMatchObject({ interrupted: true });
    expect((await worker(server.url)).shards).toBe(8);
    expect(await submit(server.url, store)).toMatchObject({ done: 8, made: 0, earlier: 23 });
  });

  it('says that a password is wrong, without repeating it', async () => {
    const secret = await startRedis('open-sesame');
    try {
      const packages = await queuePackages();
      const wrong = openRedis(packages, secret.url.replace('open-sesame', 'hunter2'));
      await expect(wrong).rejects.toThrow(/does not take this user and password/);
      await expect(wrong).rejects.not.toThrow(/hunter2/);
      await expect(openRedis(packages, `redis://127.0.0.1:${secret.port}`)).rejects.toThrow(/does not take/);
      (await openRedis(packages, secret.url)).disconnect();
    } finally {
      await secret.stop();
    }
  });
});

it('says that nothing is there', async () => {
  const packages = await queuePackages();
  const port = await freePort();
  await expect(openRedis(packages, `redis://127.0.0.1:${port}`)).rejects.toThrow(
    `Redis at 127.0.0.1:${port} cannot be reached: connect ECONNREFUSED`,
  );
  await expect(openRedis(packages, 'localhost')).rejects.toThrow('A queue is given as redis://');
});
