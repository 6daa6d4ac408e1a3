import { decodeImage } from '../datasets/imageFile.ts';
import type { RegionMask } from '../model/reading/region.ts';
import { readNamedFile } from './namedFile.ts';

/** A picture as a mask: inside is what is not black. @throws FileError, FileFormatError */
export async function maskFrom(path: string): Promise<RegionMask> {
  const { height, width, channels, data } = await decodeImage(await readNamedFile(path, 'mask'), path);
  const inside = (pixel: number) => data.subarray(pixel * channels, (pixel + 1) * channels).some((byte) => byte !== 0);
  return { height, width, values: Uint8Array.from({ length: height * width }, (_, i) => Number(inside(i))) };
}
