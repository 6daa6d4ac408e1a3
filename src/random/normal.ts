import type { Random } from './random.ts';

/*
 * The ziggurat of Marsaglia & Tsang (2000): 256 layers of equal area under exp(-x^2/2). A number is drawn from a layer's
 * whole width, and in 99 of 100 cases lies in the part that is all under the curve: 32 random bits and one product.
 */
const layers = 256;
/** Where the tail begins, and the area of a layer, for 256 layers (from the paper). */
const tail = 3.6541528853610088;
const area = 0.00492867323399;
/** 24 bits say where in a layer (the other 8 say which layer): as many as a float32 has. */
const span = 2 ** 23;

const density = (x: number) => Math.exp(-0.5 * x * x);

/** Right edges, widest layer first; the first stands for the base strip and the tail together, the last is 0. */
const edges = (() => {
  const found = [area / density(tail), tail];
  for (let i = 2; i < layers; i++) {
    const x = found[i - 1] ?? 0;
    found.push(Math.sqrt(-2 * Math.log(area / x + density(x))));
  }
  return Float64Array.of(...found, 0);
})();
const steps = Float64Array.from({ length: layers }, (_, i) => (edges[i] ?? 0) / span);
const inside = Int32Array.from({ length: layers }, (_, i) =>
  Math.floor((span * (edges[i + 1] ?? 0)) / (edges[i] ?? 1)),
);

/** Fills an array with independent standard normal numbers. */
export function fillWithNormals(out: Float32Array, source: Random): void {
  const { generator } = source;
  for (let i = 0; i < out.length; i++) {
    const bits = generator.next();
    const layer = bits & 255;
    const position = bits >> 8;
    out[i] =
      Math.abs(position) < (inside[layer] ?? 0) ? position * (steps[layer] ?? 0) : outsideCore(layer, position, source);
  }
}

/** The one case in a hundred: at the curve, or in the tail. */
function outsideCore(layer: number, position: number, source: Random): number {
  if (layer === 0) return Math.sign(position) * fromTail(source);
  const x = position * (steps[layer] ?? 0);
  const [low, high] = [density(edges[layer] ?? 0), density(edges[layer + 1] ?? 0)];
  if (low + source.uniform() * (high - low) < density(x)) return x;
  const bits = source.generator.next();
  const [nextLayer, next] = [bits & 255, bits >> 8];
  return Math.abs(next) < (inside[nextLayer] ?? 0)
    ? next * (steps[nextLayer] ?? 0)
    : outsideCore(nextLayer, next, source);
}

/** Beyond the last edge (Marsaglia 1964). */
function fromTail(source: Random): number {
  for (;;) {
    const beyond = -Math.log(1 - source.uniform()) / tail;
    if (-2 * Math.log(1 - source.uniform()) > beyond * beyond) return tail + beyond;
  }
}
