import type { AffineLayer, ReluChain } from './reluChain.ts';

/** How far each input may go below and above what it is at the image: [inputs], down <= 0 <= up, both 0 where it is held. */
export interface Movement {
  /** The inputs that may move at all. */
  readonly moving: readonly number[];
  readonly down: Float64Array;
  readonly up: Float64Array;
}

/** A network at one image. */
export interface ChainAtImage {
  readonly chain: ReluChain;
  /** The first layer's outputs at the image. */
  readonly first: Float64Array;
}

export function atImage(chain: ReluChain, image: Float32Array): ChainAtImage {
  const [first] = chain.layers;
  return { chain, first: first ? forward(first, image) : new Float64Array(0) };
}

/** W y + b */
export function forward({ weights, bias, outputs }: AffineLayer, y: Float32Array | Float64Array): Float64Array {
  const z = bias.slice();
  y.forEach((value, i) => {
    if (value === 0) return;
    const row = i * outputs;
    for (let o = 0; o < outputs; o++) z[o] = (z[o] ?? 0) + value * (weights[row + o] ?? 0);
  });
  return z;
}

/** W^T a */
export function backward({ weights, inputs, outputs }: AffineLayer, a: Float64Array): Float64Array {
  const c = new Float64Array(inputs);
  for (let i = 0; i < inputs; i++) c[i] = dotRow(weights, i * outputs, a);
  return c;
}

/** One row of a matrix times a. */
export function dotRow(weights: Float64Array, from: number, a: Float64Array): number {
  let sum = 0;
  for (let o = 0; o < a.length; o++) sum += (weights[from + o] ?? 0) * (a[o] ?? 0);
  return sum;
}

/** The scores where the first layer gives these numbers. */
export function scoresFrom({ layers }: ReluChain, first: Float64Array): Float64Array {
  return layers.slice(1).reduce<Float64Array>(
    (z, layer) =>
      forward(
        layer,
        z.map((value) => Math.max(value, 0)),
      ),
    first,
  );
}

/** The first layer's outputs where the image has moved by `by`, [inputs]. */
export function movedFirst({ chain, first }: ChainAtImage, { moving }: Movement, by: Float64Array): Float64Array {
  const z = first.slice();
  for (const i of moving) addStep(chain, z, i, by[i] ?? 0);
  return z;
}

/** Adds to the first layer's outputs what a step of one input changes of them. */
export function addStep({ layers: [layer] }: ReluChain, z: Float64Array, input: number, step: number): void {
  if (!layer || step === 0) return;
  const row = input * layer.outputs;
  for (let o = 0; o < z.length; o++) z[o] = (z[o] ?? 0) + step * (layer.weights[row + o] ?? 0);
}

/** The gradient of a . scores in the first layer's outputs. */
export function marginGradient({ layers }: ReluChain, first: Float64Array, a: Float64Array): Float64Array {
  const hidden: Float64Array[] = [];
  let z = first;
  for (const layer of layers.slice(1)) {
    hidden.unshift(z);
    z = forward(
      layer,
      z.map((value) => Math.max(value, 0)),
    );
  }
  return layers
    .slice(1)
    .reverse()
    .reduce<Float64Array>((e, layer, k) => backward(layer, e).map((c, j) => ((hidden[k]?.[j] ?? 0) > 0 ? c : 0)), a);
}
