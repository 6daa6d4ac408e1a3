import { ArgumentError } from '../../argumentError.ts';
import { fillWithNormals } from '../../random/normal.ts';
import { type Random, random } from '../../random/random.ts';
import { smoothed } from './gaussianFilter.ts';
import type { MaskedImages } from './maskedImages.ts';

/*
 * 8x8 images of which it is known what tells the classes apart, after XAI-TRIS (Clark, Wilming & Haufe 2023): one of two
 * tetrominoes, or both, in noise.
 */

export const scenarios = ['linear', 'multiplicative', 'translations and rotations', 'xor'] as const;
export type Scenario = (typeof scenarios)[number];

export const backgrounds = ['white', 'correlated'] as const;
/** `white`: independent pixels. `correlated`: the same, smoothed, so that pixels beside the tetrominoes tell of them too. */
export type Background = (typeof backgrounds)[number];

/** How much of an image is pattern. */
const alphas: Readonly<Record<Scenario, Readonly<Record<Background, number>>>> = {
  linear: { white: 0.18, correlated: 0.0125 },
  multiplicative: { white: 0.7, correlated: 0.1 },
  'translations and rotations': { white: 0.65, correlated: 0.2 },
  xor: { white: 0.35, correlated: 0.15 },
};

const side = 8;
const pixels = side * side;
const noise = { deviation: 0.5, sigma: 3 };

/** Rows from the top; the first row's first pixel is the upper left corner. */
type Shape = readonly (readonly number[])[];
type Place = readonly [row: number, column: number];

const tee: Shape = [
  [1, 0],
  [1, 1],
  [1, 0],
];
const ell: Shape = [
  [1, 0],
  [1, 0],
  [1, 1],
];
const fixed = { tee: [1, 1], ell: [4, 5] } as const satisfies Readonly<Record<string, Place>>;

/** A pattern, and the pixels that carry the class: of all images of a scenario the same, or this image's own. */
interface Drawn {
  readonly pattern: Float64Array;
  readonly mask: Uint8Array;
}

/** What an image of a class shows; `turn` counts the images of the class. */
type Draw = (label: number, turn: number, source: Random) => Drawn;

const bothPlaces = () => maskOf(patternOf([tee, fixed.tee], [ell, fixed.ell]));

const drawOne: Draw = (label) => ({
  pattern: label === 0 ? patternOf([tee, fixed.tee]) : patternOf([ell, fixed.ell]),
  mask: bothPlaces(),
});

const draws: Readonly<Record<Scenario, Draw>> = {
  linear: drawOne,
  multiplicative: drawOne,
  'translations and rotations': (label, _turn, source) => {
    const shape = turned(label === 0 ? tee : ell, source.index(4));
    const [height, width] = [shape.length, shape[0]?.length ?? 0];
    const pattern = patternOf([shape, [source.index(side - height + 1), source.index(side - width + 1)]]);
    return { pattern, mask: maskOf(pattern) };
  },
  // Both of one sign, or of two; each sign of the first as often.
  xor: (label, turn) => {
    const first = turn % 2 === 0 ? 1 : -1;
    const second = label === 0 ? first : -first;
    return {
      pattern: patternOf([tee, fixed.tee, first], [ell, fixed.ell, second]),
      mask: bothPlaces(),
    };
  },
};

/**
 * The whole set of a scenario, the same for the same seed. With patterns P and backgrounds B ([count, 64], each divided by its
 * Frobenius norm): X = alpha P + (1 - alpha) B; multiplicative X = P * B, P being 1 - alpha P before its division. At
 * last X is divided by its largest absolute value.
 * @param count of images, whose classes alternate (and in `xor` their signs): a multiple of 40 can be split evenly.
 * @throws ArgumentError for a count that is none.
 */
export function tetrominoes(scenario: Scenario, background: Background, seed: number, count = 10_000): MaskedImages {
  if (!(Number.isInteger(count) && count >= 40 && count % 40 === 0)) {
    throw new ArgumentError(
      `${count} tetrominoes: the number has to be a multiple of 40, so that 80, 10 and 10% are even.`,
    );
  }
  const source = random(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const drawn = Array.from(labels, (label, i) => draws[scenario](label, Math.floor(i / 2), source));
  const behind = backgroundOf(background, count, source);
  const alpha = alphas[scenario][background];
  const images = scenario === 'multiplicative' ? multiplied(drawn, behind, alpha) : added(drawn, behind, alpha);
  const masks = new Uint8Array(count * pixels);
  for (const [i, { mask }] of drawn.entries()) masks.set(mask, i * pixels);
  return {
    name: `tetrominoes (${scenario}, ${background})`,
    images: {
      type: 'float32',
      dims: [count, 1, side, side],
      data: Float32Array.from(divided(images, largest(images))),
    },
    labels,
    masks,
    count,
    classNames: scenario === 'xor' ? ['same sign', 'other sign'] : ['t', 'l'],
  };
}

function added(drawn: readonly Drawn[], behind: Float64Array, alpha: number): Float64Array {
  const patterns = Float64Array.from(drawn.flatMap(({ pattern }) => [...pattern]));
  const [patternNorm, behindNorm] = [norm(patterns), norm(behind)];
  return patterns.map((p, i) => (alpha * p) / patternNorm + ((1 - alpha) * (behind[i] ?? 0)) / behindNorm);
}

function multiplied(drawn: readonly Drawn[], behind: Float64Array, alpha: number): Float64Array {
  const factors = Float64Array.from(drawn.flatMap(({ pattern }) => [...pattern])).map((p) => 1 - alpha * p);
  const [factorNorm, behindNorm] = [norm(factors), norm(behind)];
  return factors.map((p, i) => (p / factorNorm) * ((behind[i] ?? 0) / behindNorm));
}

function backgroundOf(background: Background, count: number, source: Random): Float64Array {
  const drawn = new Float32Array(count * pixels);
  fillWithNormals(drawn, source);
  const white = Float64Array.from(drawn, (value) => value * noise.deviation);
  return background === 'white' ? white : smoothed(white, side, noise.sigma);
}

function patternOf(...parts: readonly (readonly [shape: Shape, at: Place, sign?: number])[]): Float64Array {
  const pattern = new Float64Array(pixels);
  for (const [shape, [top, left], sign = 1] of parts) {
    for (const [row, values] of shape.entries()) {
      for (const [column, value] of values.entries()) {
        if (value === 1) pattern[(top + row) * side + left + column] = sign;
      }
    }
  }
  return pattern;
}

function maskOf(pattern: Float64Array): Uint8Array {
  return Uint8Array.from(pattern, (value) => (value === 0 ? 0 : 1));
}

/** Turns a shape by so many quarter turns, anticlockwise. */
function turned(shape: Shape, quarters: number): Shape {
  if (quarters === 0) return shape;
  const width = shape[0]?.length ?? 0;
  const once = Array.from({ length: width }, (_, i) => shape.map((row) => row[width - 1 - i] ?? 0));
  return turned(once, quarters - 1);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function divided(values: Float64Array, by: number): Float64Array {
  return values.map((value) => value / by);
}
