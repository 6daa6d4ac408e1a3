import type { LabelledImages } from '../../datasets/labelledImages.ts';
import { type InputDescription, imageDims } from '../../model/inputDescription.ts';
import { elementAt } from '../../model/pixels.ts';
import { sizeOf } from '../../onnx/tensor.ts';

/**
 * How much each pixel varies over images: its standard deviation, in bytes 0..255, channels together, [height * width]. As weights
 * of a certificate's amplitudes they count what can differ between images, and leave out what is the same in all.
 */
export function pixelDeviations({ images, height, width, channels }: LabelledImages): Float32Array {
  const size = height * width * channels;
  const [sums, squares] = [new Float64Array(size), new Float64Array(size)];
  const count = images.length / size;
  for (let at = 0; at < images.length; at++) {
    const value = images[at] ?? 0;
    sums[at % size] = (sums[at % size] ?? 0) + value;
    squares[at % size] = (squares[at % size] ?? 0) + value * value;
  }
  return Float32Array.from({ length: height * width }, (_, pixel) => {
    let variance = 0;
    for (let channel = 0; channel < channels; channel++) {
      const k = pixel * channels + channel;
      const mean = (sums[k] ?? 0) / count;
      variance += Math.max(0, (squares[k] ?? 0) / count - mean * mean) / channels;
    }
    return Math.sqrt(variance);
  });
}

/** The weights of pixels, row by row, for every element of one image of model input: the channels of a pixel have the same. */
export function weightsOfElements(weights: Float32Array, input: InputDescription): Float32Array {
  const at = elementAt(input);
  const elements = new Float32Array(sizeOf(imageDims(input)));
  for (let channel = 0; channel < input.channels; channel++) {
    weights.forEach((weight, pixel) => {
      elements[at(channel, Math.floor(pixel / input.width), pixel % input.width)] = weight;
    });
  }
  return elements;
}

/** The mean of values by their weights. */
export function weightedMean(values: ArrayLike<number>, weights: Float32Array): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((sum, weight, i) => sum + weight * (values[i] ?? 0), 0) / total;
}
