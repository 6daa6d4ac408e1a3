import { sha256 } from '../model/identity.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';

/** Which image it is: the hash of its file, or where it came from none, of its model input (float32, little-endian). */
export interface ImageHash {
  readonly of: 'file' | 'input';
  /** Hexadecimal. */
  readonly sha256: string;
}

export async function imageHash({ sha256: ofFile, image }: NamedImage): Promise<ImageHash> {
  if (ofFile !== undefined) return { of: 'file', sha256: ofFile };
  const { buffer, byteOffset, byteLength } = image.data;
  return { of: 'input', sha256: await sha256(new Uint8Array(buffer, byteOffset, byteLength)) };
}
