import type { ImageStream } from '../datasets/imageStream.ts';
import { isKonkyoError } from '../konkyoError.ts';
import { sha256 } from '../model/identity.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import { toFittedInput } from '../model/pixels.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { BulkSettingsError, ImagesChangedError } from './errors.ts';

/** An image of a shard: model input, [1, ...], or why there is none. */
export interface BulkImage {
  readonly name: string;
  /** The class of the model that it came with. */
  readonly label: number | undefined;
  /** Hexadecimal; none where its file could not be read at all. */
  readonly sha256: string | undefined;
  readonly input: Tensor<'float32'> | undefined;
  readonly problem: string | undefined;
}

/** The model's class of each class of the images: by name where the model has them all, else by their order. */
export function classesOf({ classNames }: ImageStream, { classes = [] }: InputDescription): readonly number[] {
  const named = classNames.map((name) => classes.indexOf(name));
  return named.includes(-1) ? classNames.map((_, i) => i) : named;
}

/** SHA-256 of what the images are: a line each, its label and its name. */
export async function listHash(stream: ImageStream): Promise<string> {
  // A tree of hashes, so that the lines of millions need not be in memory together.
  const perPart = 10_000;
  const parts: string[] = [];
  for (let from = 0; from < stream.count; from += perPart) {
    const lines: string[] = [];
    for (let i = from; i < Math.min(stream.count, from + perPart); i++) {
      const { name, label = -1 } = stream.at(i);
      lines.push(`${label} ${JSON.stringify(name)}\n`);
    }
    parts.push(await sha256(new TextEncoder().encode(lines.join(''))));
  }
  return sha256(new TextEncoder().encode(parts.join('\n')));
}

/**
 * Reads the images of a shard; those that cannot be read or decoded come with the reason.
 * @throws BulkSettingsError where not one file can be read: the folder is gone, rather than its pictures bad.
 */
export async function readShard(
  stream: ImageStream,
  { from, to }: { readonly from: number; readonly to: number },
  input: InputDescription,
): Promise<readonly BulkImage[]> {
  const classes = classesOf(stream, input);
  const images: BulkImage[] = [];
  for (let i = from; i < to; i++) images.push(await readOne(stream, i, { input, classes }));
  if (images.length > 1 && images.every(({ sha256: hash }) => hash === undefined)) {
    throw new BulkSettingsError(
      `Not one of the images ${from} to ${to - 1} can be read; the first: ${images[0]?.problem} See that the data set is there, and run the same again.`,
    );
  }
  return images;
}

async function readOne(
  stream: ImageStream,
  index: number,
  { input, classes }: { readonly input: InputDescription; readonly classes: readonly number[] },
): Promise<BulkImage> {
  const { name, label: place } = stream.at(index);
  const label = place === undefined ? undefined : classes[place];
  let hash: string | undefined;
  try {
    const image = await stream.read(index);
    hash = await sha256(image.bytes);
    return { name, label, sha256: hash, input: toFittedInput(await image.decode(), input), problem: undefined };
  } catch (error) {
    if (!isKonkyoError(error)) throw error;
    return { name, label, sha256: hash, input: undefined, problem: error.message };
  }
}

/**
 * Holds the images of a finished shard against the hashes in its store.
 * @param hashes 32 bytes an image.
 * @throws ImagesChangedError naming the first that is another
 */
export async function checkUnchanged(
  stream: ImageStream,
  { from, to }: { readonly from: number; readonly to: number },
  hashes: Uint8Array,
  where: string,
): Promise<void> {
  for (let i = from; i < to; i++) {
    const stored = hashes.subarray((i - from) * 32, (i - from + 1) * 32);
    const now = hexBytes(await hashNow(stream, i));
    if (now.every((byte, k) => byte === stored[k])) continue;
    throw new ImagesChangedError(
      `The image ${stream.at(i).name} (number ${i}) is not the one that ${where} has maps of: its SHA-256 is another. Bring the old one back, or make a new store.`,
    );
  }
}

async function hashNow(stream: ImageStream, index: number): Promise<string | undefined> {
  try {
    return await sha256((await stream.read(index)).bytes);
  } catch (error) {
    if (isKonkyoError(error)) return undefined;
    throw error;
  }
}

/** 32 bytes; zeros for no hash. */
export function hexBytes(hash: string | undefined): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hash?.slice(2 * i, 2 * i + 2) ?? '0', 16));
}
