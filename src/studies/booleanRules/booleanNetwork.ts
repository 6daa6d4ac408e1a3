import type { Signs } from './conjunctions.ts';
import type { DenseHead, DenseLayer } from './denseHead.ts';
import type { SeenImages } from './featureData.ts';
import { type FeatureScale, scaledUnit, scalesFrom } from './featureScale.ts';
import { mostTableVariables, preActivations } from './multilinear.ts';
import type { ThresholdUnit } from './thresholdUnit.ts';

/**
 * Dense layers read as Boolean functions, unit by unit: every unit answers 0 or 1 to the 0s and 1s of the layer before, the
 * first to the scaled features. The units of the last layer stand for the classes.
 */
export type BooleanNetwork = readonly (readonly ThresholdUnit[])[];

/** How the classes' units are read: a softmax does not change when the same is added to all, so their threshold is not given. */
export type Reading = 'raw' | 'centred';

/**
 * A head as a Boolean network. A hidden unit counts as 1 in the upper half of its range: 0 to 1 for a sigmoid, -1 to 1 for
 * tanh, and for a ReLU the range it has on the images, as for features.
 */
export function booleanNetwork(head: DenseHead, scales: readonly FeatureScale[], images: SeenImages): BooleanNetwork {
  let columns = images.columns;
  let inputScales = scales;
  return head.layers.map((layer) => {
    const units = layer.units.map((unit) => scaledUnit(unit, inputScales));
    if (layer.activation === 'none') return units;
    columns = layer.units.map((unit) => activated(weightedSums(columns, unit), layer.activation));
    inputScales = hiddenScales(layer, columns);
    return units.map(({ weights, bias }, i) => ({ weights, bias: bias - switchPoint(layer, inputScales[i]) }));
  });
}

function hiddenScales({ activation }: DenseLayer, columns: readonly Float32Array[]): readonly FeatureScale[] {
  if (activation === 'sigmoid') return columns.map(() => ({ low: 0, high: 1 }));
  if (activation === 'tanh') return columns.map(() => ({ low: -1, high: 1 }));
  return scalesFrom(columns);
}

/** The weighted sum at which a unit is in the middle of its range. */
function switchPoint({ activation }: DenseLayer, scale: FeatureScale | undefined): number {
  return activation === 'relu' && scale ? (scale.low + scale.high) / 2 : 0;
}

export function weightedSums(columns: readonly Float32Array[], { weights, bias }: ThresholdUnit): Float32Array {
  const sums = new Float32Array(columns[0]?.length ?? 0).fill(bias);
  columns.forEach((column, i) => {
    const weight = weights[i] ?? 0;
    for (let row = 0; row < sums.length; row++) sums[row] = (sums[row] ?? 0) + weight * (column[row] ?? 0);
  });
  return sums;
}

function activated(sums: Float32Array, activation: DenseLayer['activation']): Float32Array {
  if (activation === 'relu') return sums.map((sum) => Math.max(0, sum));
  if (activation === 'tanh') return sums.map(Math.tanh);
  return sums.map((sum) => 1 / (1 + Math.exp(-sum)));
}

/** The network with its classes' units less their mean over the classes. */
export function centred(network: BooleanNetwork): BooleanNetwork {
  const last = network.at(-1) ?? [];
  const mean = (of: (unit: ThresholdUnit) => number) => last.reduce((sum, unit) => sum + of(unit), 0) / last.length;
  const [first] = last;
  const means = Array.from(first?.weights ?? [], (_, i) => mean(({ weights }) => weights[i] ?? 0));
  const bias = mean((unit) => unit.bias);
  return [
    ...network.slice(0, -1),
    last.map((unit) => ({
      weights: Float64Array.from(unit.weights, (weight, i) => weight - (means[i] ?? 0)),
      bias: unit.bias - bias,
    })),
  ];
}

/** The Boolean functions of the classes composed over the features, as truth tables; undefined for more than 20 features. */
export function classTables(network: BooleanNetwork): readonly Uint8Array[] | undefined {
  const [first, ...rest] = network;
  const n = first?.[0]?.weights.length ?? 0;
  if (!first || n > mostTableVariables) return undefined;
  let columns = first.map((unit) => Uint8Array.from(preActivations(unit), (sum) => (sum >= 0 ? 1 : 0)));
  for (const layer of rest) {
    columns = layer.map(({ weights, bias }) => {
      const sums = new Float64Array(2 ** n).fill(bias);
      columns.forEach((column, i) => {
        for (let v = 0; v < sums.length; v++) sums[v] = (sums[v] ?? 0) + (weights[i] ?? 0) * (column[v] ?? 0);
      });
      return Uint8Array.from(sums, (sum) => (sum >= 0 ? 1 : 0));
    });
  }
  return columns;
}

/** Up to so many features all 3^n terms of a composed function are tabled. */
const mostTabledTerms = 12;

/**
 * Whether a term is an implicant of a class's function. Exact for one layer, and for several over up to 12 features; beyond, by
 * bounds passed from unit to unit: what they admit is an implicant, but they do not admit all.
 */
export function implicantTest(network: BooleanNetwork): (classIndex: number, signs: Signs) => boolean {
  const n = network[0]?.[0]?.weights.length ?? 0;
  const tables = network.length > 1 && n <= mostTabledTerms ? classTables(network) : undefined;
  if (!tables) return (k, signs) => (outputBounds(network, signs)[k] ?? 0) >= 0;
  const implicants = tables.map((table) => termTable(table, n));
  return (k, signs) => implicants[k]?.[signs.reduce((code, sign, i) => code + digitOf(sign) * 3 ** i, 0)] === 1;
}

/** 0 and 1 as in a vertex, 2 for a free variable. */
function digitOf(sign: number): number {
  return sign === 0 ? 2 : sign > 0 ? 1 : 0;
}

/** For each of the 3^n terms, digits as above, whether the function is true wherever the term holds. */
export function termTable(table: Uint8Array, n: number): Uint8Array {
  const answers = new Uint8Array(3 ** n);
  for (let code = 0; code < answers.length; code++) {
    let vertex = 0;
    let free = -1;
    for (let i = 0, rest = code; i < n && free < 0; i++, rest = Math.floor(rest / 3)) {
      if (rest % 3 === 2) free = i;
      else vertex += (rest % 3) * 2 ** i;
    }
    // A term with a free variable implies what both terms with it fixed imply; they have smaller codes.
    answers[code] =
      free < 0 ? (table[vertex] ?? 0) : (answers[code - 3 ** free] ?? 0) & (answers[code - 2 * 3 ** free] ?? 0);
  }
  return answers;
}

/** The smallest sums of the last layer while the term holds, what is known of each hidden unit taken by itself. */
function outputBounds(network: BooleanNetwork, signs: Signs): number[] {
  let known: ArrayLike<number> = signs;
  let bounds: number[] = [];
  network.forEach((layer, depth) => {
    const lowest = layer.map((unit) => extremeSum(unit, known, Math.min));
    if (depth === network.length - 1) bounds = lowest;
    else {
      const highest = layer.map((unit) => extremeSum(unit, known, Math.max));
      known = lowest.map((low, i) => (low >= 0 ? 1 : (highest[i] ?? 0) < 0 ? -1 : 0));
    }
  });
  return bounds;
}

/** The sum with known inputs (1 for 1, -1 for 0) as they are and each free one (0) at the end that `worse` picks. */
function extremeSum(
  { weights, bias }: ThresholdUnit,
  known: ArrayLike<number>,
  worse: (a: number, b: number) => number,
): number {
  let sum = bias;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    const state = known[i] ?? 0;
    sum += state > 0 ? weight : state < 0 ? 0 : worse(0, weight);
  }
  return sum;
}
