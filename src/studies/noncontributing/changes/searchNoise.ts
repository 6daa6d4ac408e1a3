import { imageDims } from '../../../model/inputDescription.ts';
import { sizeOf, type Tensor, tensor } from '../../../onnx/tensor.ts';
import { random } from '../../../random/random.ts';
import { byteNoise } from '../uniformNoise.ts';
import type { ChangedImage, ChangeKind } from './change.ts';
import { changesOf, mixable } from './changeKinds.ts';

/** Noise images for one step of the search, bytes, within what each element of the image may move by now. */
export type SearchNoise = (images: number, radius: () => Float32Array) => Tensor<'int8'>;

/**
 * Changes of these kinds in turn. Those towards another image depend on the amplitudes; the search takes them as fixed in each
 * step, so that a pixel whose amplitude has room to spare is still blamed for what its change did, and shrinks until it has not.
 */
export function searchNoise(kinds: readonly ChangeKind[], changed: ChangedImage, seed: number): SearchNoise {
  const dims = imageDims(changed.input);
  if (kinds.every((kind) => kind === 'independent')) return byteNoise(seed, dims);
  const source = random(seed);
  const draws = kinds.map((kind) => changesOf(kind, mixable(kinds))(changed, source));
  const size = sizeOf(dims);
  const u = new Float32Array(size);
  let turn = 0;
  return (images, radius) => {
    const bytes = new Int8Array(images * size);
    const reach = radius();
    for (let i = 0; i < images; i++, turn++) {
      draws[turn % draws.length]?.(u, reach);
      // The search reads a byte b as (b + 1/2) / 128.
      for (let k = 0; k < size; k++) {
        bytes[i * size + k] = Math.max(-128, Math.min(127, Math.round(128 * (u[k] ?? 0) - 0.5)));
      }
    }
    return tensor('int8', [images, ...dims], bytes);
  };
}
