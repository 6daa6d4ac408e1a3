import { type InputDescription, imageDims } from '../classifier/inputDescription.ts';
import { eachPixel } from '../classifier/pixels.ts';
import { float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { fillWithNormals } from '../random/normal.ts';
import { random } from '../random/random.ts';
import { lengthOf, type Range } from './portions.ts';

/** The standard deviation of each element's noise in model input, for one that is a fraction of the pixel range 0 to 255. */
export function noiseAmplitude(noise: number, input: InputDescription): Tensor<'float32'> {
  const dims = imageDims(input);
  const amplitudes = new Float32Array(sizeOf(dims));
  eachPixel(input, (_pixel, index, channel) => {
    amplitudes[index] = Math.abs((noise * 255 * input.scale) / (input.std[channel] ?? 1));
  });
  return float32(dims, amplitudes);
}

/**
 * Standard normal noise, one image of it for each sample from the first on; ask for the ranges of samples in order, and
 * use what you get before you ask again. Asking twice for the same range gives the same noise.
 */
export function sampleNoise(seed: number, input: InputDescription): (samples: Range) => Tensor<'float32'> {
  const source = random(seed);
  const dims = imageDims(input);
  let buffer = new Float32Array(0);
  let current: Range | undefined;
  return (samples) => {
    const length = lengthOf(samples) * sizeOf(dims);
    if (current?.from !== samples.from || current.to !== samples.to) {
      if (buffer.length < length) buffer = new Float32Array(length);
      fillWithNormals(buffer.subarray(0, length), source);
      current = samples;
    }
    return float32([lengthOf(samples), ...dims], buffer.subarray(0, length));
  };
}
