import { hiddenIntervals } from './chainBound.ts';
import { type ChainAtImage, forward, type Movement } from './movement.ts';
import type { AffineLayer } from './reluChain.ts';

/** Unit roundoff of float32. */
const unit = 2 ** -24;

/**
 * How far apart two scores can come, at most, by what is rounded where a network is run in float32, whatever the order of its
 * sums: the standard bound of a sum of products (Higham 2002, chapter 4), layer after layer, for all images in a box.
 * @param image [inputs]
 */
export function floatSlack(at: ChainAtImage, image: Float32Array, movement: Movement): number {
  const { layers } = at.chain;
  const hidden = hiddenIntervals(at, movement).map(({ low, high }) =>
    low.map((value, j) => Math.max(0, high[j] ?? 0, -value)),
  );
  const pixels = Float64Array.from(image, (value, i) =>
    Math.max(Math.abs(value + (movement.down[i] ?? 0)), Math.abs(value + (movement.up[i] ?? 0))),
  );
  let error = new Float64Array(pixels.length);
  for (const [k, layer] of layers.entries()) {
    const largest = k === 0 ? pixels : (hidden[k - 1] ?? pixels);
    const roundings = layer.inputs + 2;
    const gamma = (roundings * unit) / (1 - roundings * unit);
    const magnitudes: AffineLayer = { ...layer, weights: layer.weights.map(Math.abs), bias: layer.bias.map(Math.abs) };
    const carried = forward({ ...magnitudes, bias: layer.bias.map(() => 0) }, error);
    const terms = forward(magnitudes, largest);
    error = carried.map((value, j) => value + gamma * ((terms[j] ?? 0) + value));
  }
  const [most = 0, next = 0] = [...error].sort((a, b) => b - a);
  return most + next;
}
