import type { LabelledImages } from '../../datasets/labelledImages.ts';

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
