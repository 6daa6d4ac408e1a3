/*
 * The relevance rules on an explicit matrix, as their papers write them: z_ij = x_i w_ji is what input i contributes to output
 * j. Nothing is shared with the product but the formulas.
 */

/** A linear layer of one image, in float64: y_j = sum_i rows[j][i] x_i + biases[j]. */
export interface DenseLayer {
  readonly rows: readonly Float64Array[];
  readonly biases: Float64Array;
}

export type DenseRule = (layer: DenseLayer, x: Float64Array, relevance: Float64Array) => Float64Array;

/** The matrix of a function that is linear but for a constant: column i is f(e_i) - f(0). */
export function denseLayer(f: (x: Float64Array) => Float64Array, inputs: number): DenseLayer {
  const biases = f(new Float64Array(inputs));
  const rows = Array.from(biases, () => new Float64Array(inputs));
  for (let i = 0; i < inputs; i++) {
    f(new Float64Array(inputs).with(i, 1)).forEach((value, j) => {
      rows[j]![i] = value - biases[j]!;
    });
  }
  return { rows, biases };
}

export function outputsOf({ rows, biases }: DenseLayer, x: Float64Array): Float64Array {
  return biases.map((bias, j) => rows[j]!.reduce((sum, weight, i) => sum + weight * x[i]!, bias));
}

const stabilized = (d: number, epsilon: number): number => d + (d < 0 ? -epsilon : epsilon);

/** Hands on each output's relevance by `shareOf(j)`, the share of each input in output j. */
function distribute({ rows }: DenseLayer, relevance: Float64Array, shareOf: (j: number) => Float64Array): Float64Array {
  const result = new Float64Array(rows[0]!.length);
  for (const [j, received] of relevance.entries()) {
    const shares = shareOf(j);
    for (const [i, share] of shares.entries()) result[i]! += share * received;
  }
  return result;
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
const tiny = 1e-6;

export function denseEpsilon(epsilon = tiny): DenseRule {
  return (layer, x, relevance) =>
    distribute(layer, relevance, (j) => {
      const z = layer.rows[j]!.map((weight, i) => weight * x[i]!);
      const d = stabilized(total(z) + layer.biases[j]!, epsilon);
      return z.map((part) => part / d);
    });
}

/** alpha times the positive contributions as a share of their sum, minus beta times the negative ones as a share of theirs. */
export function denseAlphaBeta(alpha: number, beta: number): DenseRule {
  return (layer, x, relevance) =>
    distribute(layer, relevance, (j) => {
      const z = layer.rows[j]!.map((weight, i) => weight * x[i]!);
      const above = stabilized(total(z.map((part) => Math.max(part, 0))) + Math.max(layer.biases[j]!, 0), tiny);
      const below = total(z.map((part) => Math.min(part, 0))) + Math.min(layer.biases[j]!, 0) - tiny;
      return z.map((part) => (part > 0 ? (alpha * part) / above : (-beta * part) / below));
    });
}

/** Contributions (and biases) of the output's own sign count 1 + gamma times. */
export function denseGamma(gamma: number): DenseRule {
  return (layer, x, relevance) => {
    const y = outputsOf(layer, x);
    return distribute(layer, relevance, (j) => {
      const sign = Math.sign(y[j]!);
      const favoured = (part: number) => (Math.sign(part) === sign ? (1 + gamma) * part : part);
      const z = layer.rows[j]!.map((weight, i) => favoured(weight * x[i]!));
      const d = stabilized(total(z) + favoured(layer.biases[j]!), tiny);
      return z.map((part) => (sign === 0 ? 0 : part / d));
    });
  };
}

export const denseSquared: DenseRule = (layer, _x, relevance) =>
  distribute(layer, relevance, (j) => {
    const squares = layer.rows[j]!.map((weight) => weight * weight);
    const d = total(squares) + layer.biases[j]! ** 2 + tiny;
    return squares.map((square) => square / d);
  });

/** Evenly over the inputs that an output reads: those with a weight other than 0. */
export const denseFlat: DenseRule = (layer, _x, relevance) =>
  distribute(layer, relevance, (j) => {
    const read = layer.rows[j]!.map((weight) => (weight === 0 ? 0 : 1));
    return read.map((one) => one / (total(read) + tiny));
  });

export function denseBox(low: number, high: number): DenseRule {
  return (layer, x, relevance) =>
    distribute(layer, relevance, (j) => {
      const z = layer.rows[j]!.map((weight, i) => weight * (x[i]! - (weight > 0 ? low : high)));
      const d = stabilized(total(z), tiny);
      return z.map((part) => part / d);
    });
}
