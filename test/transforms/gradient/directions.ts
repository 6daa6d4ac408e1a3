import { type Array64, sizeOf, vector } from '../../slow/array64.ts';
import { vectorJacobianProduct } from '../../slow/finiteDifferences.ts';
import { distinct } from './inputs.ts';

/** A tensor of a gradient's size: how much each element moves. */
type Direction = Float64Array;

/** cotangent' J v for some directions v. */
export interface DirectionalDerivatives {
  readonly dims: readonly number[];
  readonly directions: readonly Direction[];
  readonly values: Float64Array;
}

/**
 * Every element's own direction; of tensors with more elements than `count` those of so many elements, and some random
 * directions over all of them: an error anywhere shows in each of these.
 */
function directionsOf(dims: readonly number[], count: number): readonly Direction[] {
  const size = sizeOf(dims);
  const element = (i: number): Direction => Float64Array.from({ length: size }, (_, k) => (k === i ? 1 : 0));
  if (size <= count) return Array.from({ length: size }, (_, i) => element(i));
  const sampled = Array.from({ length: count }, (_, i) => element(Math.floor(((i + 0.5) / count) * size)));
  const dense = [1, 2, 3].map((seed) => Float64Array.from(distinct([size], 40 + seed).data));
  return [...sampled, ...dense];
}

/** By central differences of f (smooth within 1e-6 of x), along about `count` directions. */
export function derivativesAlongDirections(
  f: (x: Array64) => Array64,
  x: Array64,
  cotangent: Array64,
  count = 20,
): DirectionalDerivatives {
  const directions = directionsOf(x.dims, count);
  const moved = ([steps]: readonly Array64[]): Array64 => {
    const data = x.data.slice();
    directions.forEach((direction, d) => {
      const step = steps!.data[d]!;
      if (step !== 0) for (let i = 0; i < data.length; i++) data[i] = data[i]! + step * direction[i]!;
    });
    return f({ ...x, data });
  };
  const start = vector(directions.map(() => 0));
  return { dims: x.dims, directions, values: vectorJacobianProduct(moved, [start], 0, cotangent).data };
}

/** What is wrong with a gradient; undefined where it is near enough. Both are sums of many rounded float32 terms. */
export function mismatch(gradient: Array64, wanted: DirectionalDerivatives, relative = 1e-4): string | undefined {
  if (`${gradient.dims}` !== `${wanted.dims}`) return `shape [${gradient.dims}] instead of [${wanted.dims}]`;
  const largest = Math.max(1, ...wanted.values.map(Math.abs));
  const along = wanted.directions.map((direction) => direction.reduce((sum, v, i) => sum + v * gradient.data[i]!, 0));
  const wrong = along.findIndex((value, d) => !(Math.abs(value - wanted.values[d]!) <= relative * largest));
  return wrong < 0 ? undefined : `along direction ${wrong} ${along[wrong]} instead of ${wanted.values[wrong]}`;
}
