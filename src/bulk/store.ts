import { sha256 } from '../model/identity.ts';
import { StoreFormatError, StoreMismatchError } from './errors.ts';
import { type BulkIdentity, differences, storeFormat } from './identity.ts';
import { type ArrayData, type StoreArray, type StoreForm, storeArrays } from './storeArrays.ts';
import type { StoreFiles } from './storeFiles.ts';
import { arrayFiles, chunkFile, groupFile, readChunk } from './zarrFiles.ts';

/** What stands in the attributes of a store. */
export interface StoreHead {
  readonly identity: BulkIdentity;
  readonly form: StoreForm;
}

/** Maps of many images on a disk, a shard of images at a time: a shard is there as a whole, or not at all. */
export interface BulkStore extends StoreHead {
  readonly files: StoreFiles;
  readonly arrays: readonly StoreArray[];
  readonly shards: number;
  /** The numbers of the shards that are there. */
  done(): Promise<ReadonlySet<number>>;
  has(shard: number): Promise<boolean>;
  /** @param data by the paths of the arrays. @throws StoreWriteError */
  write(shard: number, data: ReadonlyMap<string, ArrayData>): Promise<void>;
  /** The data of a shard in an array, without what the last shard is filled up with. @throws StoreFormatError */
  read(path: string, shard: number): Promise<ArrayData>;
}

/** The images of a shard: from the first up to, not including, `to`. */
export function shardRange(
  { images: { count }, shardSize }: Pick<BulkIdentity, 'images' | 'shardSize'>,
  shard: number,
): { readonly from: number; readonly to: number } {
  return { from: shard * shardSize, to: Math.min(count, (shard + 1) * shardSize) };
}

/** How many images a shard has. */
export function imagesOf(identity: Pick<BulkIdentity, 'images' | 'shardSize'>, shard: number): number {
  const { from, to } = shardRange(identity, shard);
  return to - from;
}

/**
 * Makes a store, or goes on with one that was made of the same. Several may do so at once.
 * @throws StoreMismatchError naming what is not the same; StoreFormatError; StoreWriteError
 */
export async function makeStore(files: StoreFiles, head: StoreHead): Promise<BulkStore> {
  const wanted = await groupFile({ konkyo: head });
  const made = await files.create('zarr.json', wanted);
  const stored = made ? undefined : await readHead(files);
  // As JSON has it: what is undefined is not there.
  const asked: StoreHead = JSON.parse(JSON.stringify(head));
  const differing = stored
    ? [...differences(stored.identity, asked.identity), ...differences(stored.form, asked.form)]
    : [];
  if (differing.length > 0) {
    throw new StoreMismatchError(
      `${files.name} has maps of something else: ${differing.join('; ')}. Give the settings that it was made with, or another --store.`,
    );
  }
  const store = storeOf(files, head);
  const described = new Map(await arrayFiles(store.arrays, chunkingOf(head.identity)));
  described.set(
    'shards/zarr.json',
    await groupFile({ about: 'A file for each shard that is whole, which names its files.' }),
  );
  // Where the one that made the store was killed before it came to this.
  const missing = [];
  for (const [path, contents] of described) {
    if ((await files.read(path)) === undefined) missing.push([path, contents] as const);
  }
  await files.write(new Map(missing));
  return store;
}

/** Opens a store to read it. @throws StoreFormatError where it is none, or of another version */
export async function openStore(files: StoreFiles): Promise<BulkStore> {
  return storeOf(files, await readHead(files));
}

async function readHead(files: StoreFiles): Promise<StoreHead> {
  const contents = await files.read('zarr.json');
  const refuse = (what: string) =>
    new StoreFormatError(`${files.name} ${what}. Give a store that konkyo bulk made, or another place for a new one.`);
  if (contents === undefined) throw refuse('is no Zarr store: it has no zarr.json');
  const head: Partial<StoreHead> | undefined = attributesOf(contents).konkyo;
  const format = head?.identity?.format;
  if (head?.identity === undefined || head.form === undefined)
    throw refuse('is a Zarr store, but not one of konkyo bulk');
  if (format === storeFormat) return { identity: head.identity, form: head.form };
  throw refuse(`has the form of version ${format}, and this konkyo has that of version ${storeFormat}`);
}

function attributesOf(contents: Uint8Array): { readonly konkyo?: Partial<StoreHead> } {
  try {
    return JSON.parse(new TextDecoder().decode(contents)).attributes ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function storeOf(files: StoreFiles, head: StoreHead): BulkStore {
  const { identity, form } = head;
  const arrays = storeArrays(form);
  const chunking = chunkingOf(identity);
  return {
    ...head,
    files,
    arrays,
    shards: Math.ceil(identity.images.count / identity.shardSize),
    async done() {
      const names = await files.list('shards');
      return new Set(names.flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : [])));
    },
    async has(shard) {
      return (await files.read(markerPath(shard))) !== undefined;
    },
    async write(shard, data) {
      const chunks = new Map<string, Uint8Array>();
      for (const array of arrays) {
        const own = data.get(array.path);
        if (own === undefined) throw new RangeError(`There is nothing for the array ${array.path}.`);
        chunks.set(...(await chunkFile(array, chunking, { shard, data: own })));
      }
      await files.write(chunks);
      // Last: the shard is there once this is.
      await files.write(new Map([[markerPath(shard), await markerOf(shard, shardRange(identity, shard), chunks)]]));
    },
    async read(path, shard) {
      const { from, to } = shardRange(identity, shard);
      const data = await readChunk(files, path, shard);
      return data.slice(0, ((to - from) * data.length) / identity.shardSize);
    },
  };
}

function chunkingOf({ images, shardSize }: BulkIdentity) {
  return { images: images.count, shardSize };
}

/** Where the file lies that says that a shard is whole. */
function markerPath(shard: number): string {
  return `shards/${String(shard).padStart(6, '0')}.json`;
}

async function markerOf(
  shard: number,
  images: { readonly from: number; readonly to: number },
  chunks: ReadonlyMap<string, Uint8Array>,
): Promise<Uint8Array> {
  const hashes: Record<string, string> = {};
  for (const [path, contents] of chunks) hashes[path] = await sha256(contents);
  return new TextEncoder().encode(`${JSON.stringify({ shard, images, sha256: hashes }, undefined, 2)}\n`);
}
