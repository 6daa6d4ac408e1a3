import { noiseAmplitude } from '../../attribution/gradient/pixelNoise.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { float32, sizeOf, type Tensor } from '../../onnx/tensor.ts';

/** What has an amplitude of its own: a pixel, shared by its colour channels, or each channel of it. */
export type AmplitudePer = 'pixel' | 'channel';

/** The shape of the amplitudes of one image: [1, ...] as the model takes images, with 1 channel where they share. */
export function amplitudeDims(
  { layout, channels, height, width }: InputDescription,
  per: AmplitudePer,
): readonly number[] {
  const own = per === 'channel' ? channels : 1;
  return layout === 'NCHW' ? [1, own, height, width] : [1, height, width, own];
}

/** Position of the channels among the dimensions of a batch of images. */
export function channelAxis({ layout }: InputDescription): number {
  return layout === 'NCHW' ? 1 : 3;
}

/** How far a pixel can go at most, 0 to 255, in model input: [1, ...]. Noise of amplitude 1 is as large. */
export function inputRange(input: InputDescription): Tensor<'float32'> {
  const { dims, data } = noiseAmplitude(1, input);
  return float32([1, ...dims], data);
}

/** How far each element of an image may go, model input, in the image's own shape: amplitude times range. */
export function radiusOf({ data }: Tensor<'float32'>, input: InputDescription): Float32Array {
  const range = inputRange(input).data;
  const { layout, channels } = input;
  if (data.length === range.length) return range.map((whole, i) => whole * (data[i] ?? 0));
  const pixels = range.length / channels;
  return range.map((whole, i) => whole * (data[layout === 'NCHW' ? i % pixels : Math.floor(i / channels)] ?? 0));
}

/** The same amplitude everywhere. */
export function evenAmplitude(input: InputDescription, per: AmplitudePer, value: number): Tensor<'float32'> {
  const dims = amplitudeDims(input, per);
  return float32(dims, new Float32Array(sizeOf(dims)).fill(value));
}
