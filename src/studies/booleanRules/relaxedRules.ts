import { logsOf, type Signs } from './conjunctions.ts';
import type { LiteralLogs } from './featureTable.ts';

interface RelaxedSettings {
  /** What the logarithms are multiplied by before the softmax: below 1 the answers are less sure, and more images count. */
  readonly sharpness: number;
  /** Cost of a whole literal, in nats an image. */
  readonly price: number;
  readonly steps: number;
}

/**
 * Conjunctions to start the search from. A literal may take part with a weight from 0 to 1; then the cross-entropy of
 * softmax(sharpness * sum of weight * log literal) is convex in the weights, and projected gradient steps (Adam's) find good
 * ones for all classes together. Literals of weight 1/2 or more stay.
 */
export function relaxedRules(logs: LiteralLogs, start: readonly Signs[], settings: RelaxedSettings): Signs[] {
  const { price, steps } = settings;
  const weights = start.map((signs) =>
    Float64Array.from({ length: 2 * signs.length }, (_, j) => startWeight(signs, j)),
  );
  const mean = weights.map((row) => new Float64Array(row.length));
  const square = weights.map((row) => new Float64Array(row.length));
  for (let step = 1; step <= steps; step++) {
    const gradients = gradientsAt(logs, weights, settings.sharpness);
    const rate = 0.05 * (1 - step / steps) + 0.002;
    weights.forEach((row, k) => {
      for (let j = 0; j < row.length; j++) {
        const gradient = (gradients[k]?.[j] ?? 0) + price;
        const m = 0.9 * (mean[k]?.[j] ?? 0) + 0.1 * gradient;
        const v = 0.99 * (square[k]?.[j] ?? 0) + 0.01 * gradient ** 2;
        mean[k]?.fill(m, j, j + 1);
        square[k]?.fill(v, j, j + 1);
        const move = (rate * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.99 ** step)) + 1e-8);
        row[j] = Math.min(1, Math.max(0, (row[j] ?? 0) - move));
      }
    });
  }
  return weights.map((row) =>
    Int8Array.from({ length: row.length / 2 }, (_, i) => rounded(row[2 * i], row[2 * i + 1])),
  );
}

/** Weight 2i is that of x_i, weight 2i + 1 that of its negation. */
function startWeight(signs: Signs, j: number): number {
  const sign = signs[j >> 1] ?? 0;
  return sign === (j % 2 === 0 ? 1 : -1) ? 0.7 : 0.1;
}

function rounded(on = 0, off = 0): number {
  if (Math.max(on, off) < 0.5) return 0;
  return on >= off ? 1 : -1;
}

/** Mean gradient of the cross-entropy with respect to each class's literal weights. */
function gradientsAt(logs: LiteralLogs, weights: readonly Float64Array[], sharpness: number): Float64Array[] {
  const { count, labels } = logs;
  const columns = logs.on.flatMap((_, i) =>
    [logsOf(logs, i, 1), logsOf(logs, i, -1)].flatMap((column) => column ?? []),
  );
  const scores = weights.map((row) => {
    const sums = new Float32Array(count);
    for (const [j, column] of columns.entries()) {
      const weight = sharpness * (row[j] ?? 0);
      if (weight > 0) addScaled(sums, column, weight);
    }
    return sums;
  });
  toErrors(scores, labels);
  return scores.map((errors) =>
    Float64Array.from(columns.map((column) => (sharpness * dotProduct(errors, column)) / count)),
  );
}

function addScaled(sums: Float32Array, column: Float32Array, weight: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (column[i] ?? 0);
}

/** Four sums at once: a processor need not wait for one addition to begin the next. */
function dotProduct(a: Float32Array, b: Float32Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    first += (a[i] ?? 0) * (b[i] ?? 0);
    second += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
    third += (a[i + 2] ?? 0) * (b[i + 2] ?? 0);
    fourth += (a[i + 3] ?? 0) * (b[i + 3] ?? 0);
  }
  for (let i = whole; i < a.length; i++) first += (a[i] ?? 0) * (b[i] ?? 0);
  return first + second + third + fourth;
}

/** Scores by class become softmax minus one-hot labels, in place. */
function toErrors(scores: readonly Float32Array[], labels: Int32Array): void {
  for (let i = 0; i < labels.length; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (const column of scores) largest = Math.max(largest, column[i] ?? 0);
    let total = 0;
    for (const column of scores) {
      const power = Math.exp((column[i] ?? 0) - largest);
      column[i] = power;
      total += power;
    }
    scores.forEach((column, k) => {
      column[i] = (column[i] ?? 0) / total - (k === labels[i] ? 1 : 0);
    });
  }
}
