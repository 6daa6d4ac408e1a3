import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '../datasets/imageFile.ts';
import { readNpz } from '../datasets/npz.ts';
import type { Mask } from '../faithfulness/metrics/localisation.ts';
import { FileError, readNamedFile } from '../node/namedFile.ts';

/** What masks are of: so many images. */
interface MaskedImages {
  readonly name: string;
  readonly count: number;
}

/** The masks that --masks names, each read when it is asked for. */
export interface MaskFiles {
  /** Numbers of the images that have one, in order. */
  readonly images: readonly number[];
  /** @throws ImageFormatError */
  read(image: number): Promise<Mask | undefined>;
}

/**
 * Opens --masks: a folder of pictures, each named by the number of its image (`17.png`), in which what is not black is inside; or an
 * .npz file with one array [images, height, width], not 0 inside. Masks have the size that they have.
 * @throws FileError for what is neither, or does not fit the images; NpzFormatError
 */
export async function openMasks(path: string, of: MaskedImages): Promise<MaskFiles> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new FileError(`There are no masks at ${path}: --masks takes a folder of pictures or an .npz file.`, {
      cause,
    });
  });
  return found.isDirectory() ? inFolder(path, of) : inArchive(path, of);
}

/** All of them, by the number of their image. @throws as `openMasks` and `read` */
export async function masksFrom(path: string, of: MaskedImages): Promise<ReadonlyMap<number, Mask>> {
  const { images, read } = await openMasks(path, of);
  const masks = new Map<number, Mask>();
  for (const image of images) {
    const mask = await read(image);
    if (mask) masks.set(image, mask);
  }
  return masks;
}

async function inFolder(folder: string, { count, name }: MaskedImages): Promise<MaskFiles> {
  const files = new Map(
    (await readdir(folder)).flatMap((file): [number, string][] => {
      const [, digits] = /^(\d+)\.(?:png|jpe?g|webp)$/i.exec(file) ?? [];
      return digits === undefined ? [] : [[Number(digits), join(folder, file)]];
    }),
  );
  if (files.size === 0) {
    throw new FileError(
      `There are no masks in ${folder}: name each picture by the number of its image, from 0, as in 17.png.`,
    );
  }
  const images = [...files.keys()].sort((a, b) => a - b);
  const stray = images.find((image) => image >= count);
  if (stray !== undefined) {
    throw new FileError(`The mask ${files.get(stray)} is of image ${stray}, but ${name} has ${count}, counted from 0.`);
  }
  return {
    images,
    async read(image) {
      const path = files.get(image);
      if (path === undefined) return undefined;
      const { height, width, channels, data } = await decodeImage(await readNamedFile(path, 'mask'), path);
      const inside = (pixel: number) =>
        data.subarray(pixel * channels, (pixel + 1) * channels).some((byte) => byte !== 0);
      return { height, width, values: Uint8Array.from({ length: height * width }, (_, i) => Number(inside(i))) };
    },
  };
}

async function inArchive(path: string, { count, name }: MaskedImages): Promise<MaskFiles> {
  const arrays = readNpz(await readNamedFile(path, 'masks'), path);
  const [array, ...others] = arrays.values();
  const [images = 0, height = 0, width = 0, ...more] = array?.dims ?? [];
  if (!array || others.length > 0 || array.dims.length < 3 || more.length > 0 || images !== count) {
    const held = [...arrays].map(([own, { dims }]) => `${own} [${dims}]`).join(', ');
    throw new FileError(
      `The masks ${path} hold ${held}: save one array [${count}, height, width], a mask for each image of ${name}.`,
    );
  }
  const size = height * width;
  return {
    images: Array.from({ length: images }, (_, image) => image),
    async read(image) {
      const values = Uint8Array.from({ length: size }, (_, i) =>
        Number(Number(array.data[image * size + i] ?? 0) !== 0),
      );
      return { height, width, values };
    },
  };
}
