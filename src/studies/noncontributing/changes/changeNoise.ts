import { imageDims } from '../../../model/inputDescription.ts';
import { float32, sizeOf } from '../../../onnx/tensor.ts';
import { random } from '../../../random/random.ts';
import { type NoiseSource, uniformNoise } from '../uniformNoise.ts';
import type { ChangedImage, ChangeKind } from './change.ts';
import { changesOf, type PlainKind } from './changeKinds.ts';

/**
 * Fresh changes of one kind within a radius, as noise images u, [n, ...], each element from -1 to 1.
 * @param radius how far each element of the image may go, model input.
 * @param mixing see `changesOf`.
 */
export function changeNoise(
  kind: ChangeKind,
  changed: ChangedImage,
  radius: Float32Array,
  seed: number,
  mixing?: readonly PlainKind[],
): NoiseSource<'float32'> {
  const dims = imageDims(changed.input);
  if (kind === 'independent') return uniformNoise(seed, dims);
  const size = sizeOf(dims);
  const draw = changesOf(kind, mixing)(changed, random(seed));
  return (images) => {
    const data = new Float32Array(images * size);
    for (let i = 0; i < images; i++) draw(data.subarray(i * size, (i + 1) * size), radius);
    return float32([images, ...dims], data);
  };
}
