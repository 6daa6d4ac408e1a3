import { basename } from 'node:path';
import type { SegmentImage, SegmentSource } from '../attribution/perturbation/segments.ts';
import { decodeImage } from '../datasets/imageFile.ts';
import { readNpy } from '../datasets/npy.ts';
import { FileError, readNamedFile } from '../node/namedFile.ts';

/** Reads --segments: an .npy array [height, width] of whole numbers, or a picture in which every colour is a segment. */
export function parseSegments(path: string): SegmentSource {
  return { name: basename(path), read: () => readSegments(path) };
}

/** @throws FileError, ImageFormatError */
async function readSegments(path: string): Promise<SegmentImage> {
  const bytes = await readNamedFile(path, 'segments');
  if (!/\.npy$/i.test(path)) {
    const { height, width, channels, data } = await decodeImage(bytes, path);
    const labels = Array.from({ length: height * width }, (_, pixel) =>
      data.subarray(pixel * channels, (pixel + 1) * channels).reduce((label, byte) => label * 256 + byte, 0),
    );
    return { height, width, labels };
  }
  const { dims, data } = readNpy(bytes, path);
  const [height, width, ...more] = dims;
  if (height === undefined || width === undefined || more.length > 0) {
    throw new FileError(`The segments ${path} have the shape [${dims}]; save them as [height, width].`);
  }
  return { height, width, labels: Array.from(data as ArrayLike<number | bigint>, Number) };
}
