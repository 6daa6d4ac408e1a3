import { sizeOf, type Tensor, tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';

/** Gives noise images, fresh with every call; use what you get before you ask again. */
export type NoiseSource<T extends 'int8' | 'float32'> = (images: number) => Tensor<T>;

/** Bytes, -128 to 127, all equally likely: 256 amplitudes as pixels have. Four of them are one number of the generator. */
export function byteNoise(seed: number, imageDims: readonly number[]): NoiseSource<'int8'> {
  const { generator } = random(seed);
  let words = new Int32Array(0);
  return (images) => {
    const dims = [images, ...imageDims];
    const count = Math.ceil(sizeOf(dims) / 4);
    if (words.length < count) words = new Int32Array(count);
    for (let i = 0; i < count; i++) words[i] = generator.next();
    return tensor('int8', dims, new Int8Array(words.buffer, 0, sizeOf(dims)));
  };
}

/** Real numbers, evenly distributed over [-1, 1), in steps of 2^-23. */
export function uniformNoise(seed: number, imageDims: readonly number[]): NoiseSource<'float32'> {
  const { generator } = random(seed);
  let numbers = new Float32Array(0);
  return (images) => {
    const dims = [images, ...imageDims];
    const count = sizeOf(dims);
    if (numbers.length < count) numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = (generator.next() >> 8) * 2 ** -23;
    return tensor('float32', dims, numbers.subarray(0, count));
  };
}
