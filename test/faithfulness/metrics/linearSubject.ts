import type { JudgedMap } from '../../../src/faithfulness/metrics/judgedMap.ts';
import type { PixelLayout, Subject } from '../../../src/faithfulness/metrics/perturbed.ts';
import { float32 } from '../../../src/onnx/tensor.ts';

export const layoutOf = (height: number, width: number, channels = 1): PixelLayout => ({
  layout: 'NCHW',
  height,
  width,
  channels,
});

/** Images of one channel, and any function of one image as their score. */
export function subjectOf(
  input: PixelLayout,
  images: readonly (readonly number[])[],
  f: (image: Float32Array, of: number) => number,
  batchSize = 3,
): Subject {
  const [first, second, third] =
    input.layout === 'NCHW' ? [input.channels, input.height, input.width] : [input.height, input.width, input.channels];
  const size = first * second * third;
  return {
    images: float32([images.length, first, second, third], images.flat()),
    input,
    scorer: {
      score: async ({ data }, of) =>
        Float32Array.from(of, (image, k) => f(data.subarray(k * size, (k + 1) * size), image)),
      batchSize,
    },
  };
}

export const judged = (height: number, width: number, values: readonly number[], image = 0): JudgedMap => ({
  image,
  map: { height, width, values: Float32Array.from(values) },
});

/** The score w . x. */
export const linear = (weights: readonly number[]) => (image: Float32Array) =>
  image.reduce((sum, value, i) => sum + value * weights[i]!, 0);

/** Numbers without a pattern, the same every time. */
export const scattered = (count: number, seed = 1) =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin((i + 1) * 12.9898 * seed) * 2));
