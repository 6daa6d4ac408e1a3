import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '../datasets/imageFile.ts';
import type { LabelledImages } from '../datasets/labelledImages.ts';
import { readNpz } from '../datasets/npz.ts';
import type { Mask } from '../faithfulness/metrics/localisation.ts';
import { FileError, readNamedFile } from '../node/namedFile.ts';

/**
 * Reads --masks: a folder of pictures, each named by the number of its test image (`17.png`), in which what is not black is
 * inside; or an .npz file with one array [images, height, width], not 0 inside.
 * @returns masks by the test image's number, of the size that they have.
 * @throws FileError for what is neither, or does not fit the test images; ImageFormatError, NpzFormatError
 */
export async function masksFrom(path: string, test: LabelledImages): Promise<ReadonlyMap<number, Mask>> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new FileError(`There are no masks at ${path}: --masks takes a folder of pictures or an .npz file.`, {
      cause,
    });
  });
  return found.isDirectory() ? fromFolder(path, test) : fromArchive(path, test);
}

async function fromFolder(folder: string, { count, name }: LabelledImages): Promise<ReadonlyMap<number, Mask>> {
  const files = (await readdir(folder)).flatMap((file) => {
    const [, digits] = /^(\d+)\.(?:png|jpe?g|webp)$/i.exec(file) ?? [];
    return digits === undefined ? [] : [{ file, index: Number(digits) }];
  });
  if (files.length === 0) {
    throw new FileError(
      `There are no masks in ${folder}: name each picture by the number of its test image, from 0, as in 17.png.`,
    );
  }
  const stray = files.find(({ index }) => index >= count);
  if (stray) {
    throw new FileError(
      `The mask ${join(folder, stray.file)} is of test image ${stray.index}, but ${name} has ${count}, counted from 0.`,
    );
  }
  const masks = new Map<number, Mask>();
  for (const { file, index } of files.sort((a, b) => a.index - b.index)) {
    const path = join(folder, file);
    const { height, width, channels, data } = await decodeImage(await readNamedFile(path, 'mask'), path);
    const inside = (pixel: number) =>
      data.subarray(pixel * channels, (pixel + 1) * channels).some((byte) => byte !== 0);
    masks.set(index, {
      height,
      width,
      values: Uint8Array.from({ length: height * width }, (_, i) => Number(inside(i))),
    });
  }
  return masks;
}

async function fromArchive(path: string, { count, name }: LabelledImages): Promise<ReadonlyMap<number, Mask>> {
  const arrays = readNpz(await readNamedFile(path, 'masks'), path);
  const [array, ...others] = arrays.values();
  const [images = 0, height = 0, width = 0, ...more] = array?.dims ?? [];
  if (!array || others.length > 0 || array.dims.length < 3 || more.length > 0 || images !== count) {
    const held = [...arrays].map(([own, { dims }]) => `${own} [${dims}]`).join(', ');
    throw new FileError(
      `The masks ${path} hold ${held}: save one array [${count}, height, width], a mask for each test image of ${name}.`,
    );
  }
  const size = height * width;
  return new Map(
    Array.from({ length: images }, (_, index): [number, Mask] => [
      index,
      {
        height,
        width,
        values: Uint8Array.from({ length: size }, (_, i) => Number(Number(array.data[index * size + i] ?? 0) !== 0)),
      },
    ]),
  );
}
