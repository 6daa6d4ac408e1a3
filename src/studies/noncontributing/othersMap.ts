import { concatRows, float32, type Tensor } from '../../onnx/tensor.ts';
import type { Certifier } from './certificate.ts';

/** A map of another image may be made larger by this at most; it is seldom made larger at all. */
const mostTimes = 2;
const halvings = 8;

/**
 * A control: of each image the mean of the other images' maps, times the largest factor found at which it is proved of this image. What an
 * image's own map has beyond that is of the image.
 * @param images one each, model input; @param maps proved amplitudes of each, in its shape
 * @returns amplitudes, 0 where not even 0 is proved
 */
export async function othersMaps(
  certifier: Pick<Certifier, 'check'>,
  images: readonly Tensor<'float32'>[],
  maps: readonly Float32Array[],
): Promise<readonly Float32Array[]> {
  const [first] = images;
  if (!first || images.length < 2) return [];
  const sum = maps.reduce(
    (total, map) => total.map((value, i) => value + (map[i] ?? 0)),
    new Float32Array(first.data.length),
  );
  const means = maps.map((own) => sum.map((value, i) => (value - (own[i] ?? 0)) / (maps.length - 1)));
  const scaled = (factors: readonly number[]) =>
    means.map((mean, k) => mean.map((value) => Math.min(1, Math.max(0, value * (factors[k] ?? 0)))));
  let holds = images.map(() => 0);
  let fails = images.map(() => mostTimes);
  for (let halving = 0; halving < halvings; halving++) {
    const factors = holds.map((own, k) => (own + (fails[k] ?? 0)) / 2);
    const amplitudes = scaled(factors).map((map) => float32(first.dims, map));
    const checked = await certifier.check(concatRows(images), concatRows(amplitudes));
    const isProved = (k: number) => (checked[k]?.lowestMargin ?? 0) > 0;
    holds = holds.map((own, k) => (isProved(k) ? (factors[k] ?? 0) : own));
    fails = fails.map((own, k) => (isProved(k) ? own : (factors[k] ?? 0)));
  }
  return scaled(holds);
}
