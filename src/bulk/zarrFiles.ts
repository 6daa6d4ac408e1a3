import * as zarr from 'zarrita';
import { sizeOf } from '../onnx/tensor.ts';
import { StoreFormatError } from './errors.ts';
import type { ArrayData, StoreArray } from './storeArrays.ts';
import type { StoreFiles } from './storeFiles.ts';

/*
 * Arrays of a store as files of Zarr version 3: what is said of each in `zarr.json`, and a file a chunk. Compressed with zstd, level 1:
 * its WebAssembly comes with zarrita, needs nothing of the machine, and gives the same bytes on each. Maps are mostly noise to a
 * compressor: higher levels take twice the time for 4% less.
 */

/** How many images there are, and how many a chunk has. */
export interface Chunking {
  readonly images: number;
  readonly shardSize: number;
}

const compression = { name: 'zstd', configuration: { level: 1, checksum: false } };

/** Files of a store that are not on a disk yet, by their paths from its root. */
type Files = ReadonlyMap<string, Uint8Array>;

/** What is said of a group, as the contents of its `zarr.json`. */
export async function groupFile(attributes: Readonly<Record<string, unknown>> = {}): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array>();
  await zarr.create(zarr.root(files), { attributes });
  return files.get('/zarr.json') ?? new Uint8Array();
}

/** The `zarr.json` of arrays and of the groups that they lie in, but for the root's. */
export async function arrayFiles(arrays: readonly StoreArray[], chunking: Chunking): Promise<Files> {
  const files = new Map<string, Uint8Array>();
  for (const array of arrays) await createArray(array, chunking, files);
  const groups = new Set(arrays.flatMap(({ path }) => parentsOf(path)));
  for (const group of groups) files.set(`/${group}/zarr.json`, await groupFile());
  return withoutSlash(files);
}

/**
 * A shard of an array as a file.
 * @param data of the shard's images, in their order.
 */
export async function chunkFile(
  array: StoreArray,
  chunking: Chunking,
  { shard, data }: { readonly shard: number; readonly data: ArrayData },
): Promise<readonly [string, Uint8Array]> {
  const path = chunkPath(array, shard);
  if (!ArrayBuffer.isView(data)) return [path, await compressedWords(data, chunking.shardSize)];
  const files = new Map<string, Uint8Array>();
  const created = await createArray(array, chunking, files);
  const from = shard * chunking.shardSize;
  const shape = [data.length / sizeOf(array.dims), ...array.dims];
  const stride = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const region = [zarr.slice(from, from + (shape[0] ?? 0)), ...array.dims.map(() => null)];
  await zarr.set(created, region, { data, shape, stride });
  const bytes = files.get(`/${path}`);
  if (!bytes) throw new RangeError(`Nothing was made of shard ${shard} of ${array.path}.`);
  return [path, bytes];
}

/**
 * The data of a shard, as they were given to `chunkFile`, with fill values after them where the last shard is not full.
 * @throws StoreFormatError where there is no such file, or it is damaged.
 */
export async function readChunk(files: StoreFiles, path: string, shard: number): Promise<ArrayData> {
  try {
    const array = await zarr.open.v3(
      zarr.root({ get: (key: string) => files.read(key.slice(1)) }).resolve(`/${path}`),
      {
        kind: 'array',
      },
    );
    const { data } = await array.getChunk(array.shape.map((_, axis) => (axis === 0 ? shard : 0)));
    if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) return data;
    if (Array.isArray(data)) return data.map(String);
    throw new TypeError(`it is of ${array.dtype}`);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new StoreFormatError(
      `Shard ${shard} of the array ${path} of ${files.name} cannot be read: ${cause.message}. Remove shards/ of that number, and run the same konkyo bulk again: it makes the shard anew.`,
      { cause },
    );
  }
}

/** Where a shard of an array lies. */
export function chunkPath({ path, dims }: Pick<StoreArray, 'path' | 'dims'>, shard: number): string {
  return `${path}/c.${[shard, ...dims.map(() => 0)].join('.')}`;
}

function createArray(array: StoreArray, { images, shardSize }: Chunking, files: Map<string, Uint8Array>) {
  const { path, type, dims, fill, dimensionNames, attributes } = array;
  return zarr.create<Map<string, Uint8Array>, zarr.DataType>(zarr.root(files).resolve(`/${path}`), {
    shape: [images, ...dims],
    chunkShape: [shardSize, ...dims],
    dtype: type,
    fillValue: fill,
    codecs: [
      type === 'string'
        ? { name: 'vlen-utf8', configuration: {} }
        : { name: 'bytes', configuration: { endian: 'little' } },
      compression,
    ],
    // One folder an array: with "/" each chunk would have three of its own.
    chunkSeparator: '.',
    dimensionNames: ['image', ...dimensionNames],
    attributes,
  });
}

/**
 * Words as Zarr's vlen-utf8 has them, which zarrita reads and does not write: their number, then of each the length of its UTF-8 and
 * these bytes; numbers are of 32 bits, little-endian.
 */
async function compressedWords(words: readonly string[], shardSize: number): Promise<Uint8Array> {
  const filled = [...words, ...new Array<string>(shardSize - words.length).fill('')];
  const encoded = filled.map((word) => new TextEncoder().encode(word));
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + 4 + length, 4));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, encoded.length, true);
  let at = 4;
  for (const word of encoded) {
    view.setUint32(at, word.length, true);
    bytes.set(word, at + 4);
    at += 4 + word.length;
  }
  const codec = (await zarr.registry.get(compression.name)?.())?.fromConfig(compression.configuration, {
    ...{ dataType: 'uint8', shape: [bytes.length], codecs: [], fillValue: 0 },
  });
  if (!codec) throw new TypeError('zarrita has no zstd.');
  return codec.encode(bytes);
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

function withoutSlash(files: Files): Files {
  return new Map([...files].map(([path, contents]) => [path.replace(/^\//, ''), contents]));
}
