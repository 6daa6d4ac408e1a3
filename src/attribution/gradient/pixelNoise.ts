import { type InputDescription, imageDims } from '../../model/inputDescription.ts';
import { eachPixel, pixelRange } from '../../model/pixels.ts';
import { elementTypeCode } from '../../onnx/elementType.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, sizeOf, type Tensor, tensor } from '../../onnx/tensor.ts';
import { fillWithCountedNormals, mixing, normalQuantiles } from '../../random/countedNormals.ts';

/** The standard deviation of each element's noise in model input, for one that is a fraction of the pixel range. */
export function noiseAmplitude(noise: number, input: InputDescription): Tensor<'float32'> {
  const dims = imageDims(input);
  const amplitudes = new Float32Array(sizeOf(dims));
  eachPixel(input, (_pixel, index, channel) => {
    amplitudes[index] = amplitudeOf(noise, input, channel);
  });
  return float32(dims, amplitudes);
}

function amplitudeOf(noise: number, input: InputDescription, channel: number): number {
  const { low, high } = pixelRange(input);
  return Math.abs((noise * (high - low) * input.scale) / (input.std[channel] ?? 1));
}

/** Standard normal noise, one image of it for each key: [s, ...]. */
export function noiseImagesOf(keys: Uint32Array, input: InputDescription): Tensor<'float32'> {
  const dims = imageDims(input);
  const size = sizeOf(dims);
  const data = new Float32Array(keys.length * size);
  for (const [s, key] of keys.entries()) fillWithCountedNormals(data.subarray(s * size, (s + 1) * size), key);
  return float32([keys.length, ...dims], data);
}

/**
 * Adds the nodes that compute the same noise times its amplitude, [s, ...], from keys, uint32 [s].
 * @param noise standard deviation as a fraction of the pixel range.
 */
export function addPixelNoise(builder: GraphBuilder, keys: string, noise: number, input: InputDescription): string {
  const { ops } = builder;
  const dims = imageDims(input);
  const size = sizeOf(dims);
  const word = (value: number) => builder.constant(tensor('uint32', [], Uint32Array.of(value)), 'word');
  const shifted = (value: string, bits: number) => builder.add('BitShift', [value, word(bits)], { direction: 'RIGHT' });
  const xor = (a: string, b: string) => builder.add('BitwiseXor', [a, b]);
  const positions = ops.Range(builder.int(0), builder.int(Math.ceil(size / 2)), builder.int(1));
  const spread = ops.Mul(builder.add('Cast', [positions], { to: elementTypeCode('uint32') }), word(mixing.spread));
  const [first, ...others] = mixing.rounds;
  // The first shift is of positions and keys, not of every word: (p xor k) >> n = (p >> n) xor (k >> n).
  const folded = (value: string) => xor(value, shifted(value, first.shift));
  let words = ops.Mul(xor(folded(spread), ops.Unsqueeze(folded(keys), builder.ints([1]))), word(first.factor));
  for (const { shift, factor } of others) words = ops.Mul(xor(words, shifted(words, shift)), word(factor));
  words = xor(words, shifted(words, mixing.lastShift));
  const halves = [shifted(words, 16), builder.add('BitwiseAnd', [words, word(0xffff)])];
  const both = builder.add('Concat', halves, { axis: 1 });
  const all =
    size % 2 === 0 ? both : builder.add('Slice', [both, builder.ints([0]), builder.ints([size]), builder.ints([1])]);
  const indices = ops.Reshape(builder.add('Cast', [all], { to: elementTypeCode('int32') }), builder.ints([-1]));
  const amplitudes = Array.from({ length: input.channels }, (_, c) => amplitudeOf(noise, input, c));
  const [amplitude = 0] = amplitudes;
  const isSame = amplitudes.every((other) => other === amplitude);
  const quantiles = normalQuantiles();
  const table = float32([levels], isSame ? quantiles.map((value) => value * Math.fround(amplitude)) : quantiles);
  // GatherElements copies numbers; Gather copies slices, and takes twenty times as long for slices of one number.
  const values = ops.Reshape(
    builder.add('GatherElements', [builder.constant(table, 'quantiles'), indices], { axis: 0 }),
    builder.ints([-1, ...dims]),
  );
  return isSame ? values : ops.Mul(values, builder.constant(byChannel(amplitudes, input), 'amplitude'));
}

const levels = 2 ** 16;

function byChannel(values: readonly number[], { channels, layout }: InputDescription): Tensor<'float32'> {
  return float32(layout === 'NCHW' ? [channels, 1, 1] : [channels], values);
}
