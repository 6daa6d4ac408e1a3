import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { sumOverSamples } from './sampledGradient.ts';

/** What is made of a method's maps of one image under different noise, element by element. */
export type NoiseStatistic = 'mean' | 'squared' | 'variance';

/** How a statistic is computed: partly in the graph, over the samples of one run, partly here, over the runs. */
export interface StatisticPlan {
  /** Adds the nodes that sum up a run's maps [n, s, ...]: each result is [n, ...]. */
  readonly results: (builder: GraphBuilder, maps: string, imageShape: readonly number[]) => readonly string[];
  /** The same for a single map. */
  readonly ofOne: (map: Float32Array) => readonly Float32Array[];
  readonly start: (length: number) => Accumulator;
}

export interface Accumulator {
  /** Takes in the results of a run of `samples` samples, for the elements from `offset` on. */
  add(results: readonly Float32Array[], offset: number, samples: number): void;
  /** The statistic over all samples taken in. */
  finish(samples: number): Float32Array;
}

export const statisticPlans: Readonly<Record<NoiseStatistic, StatisticPlan>> = {
  mean: {
    results: (builder, maps, imageShape) => [sumOverSamples(builder, maps, imageShape)],
    ofOne: (map) => [map],
    start: sum,
  },
  // SmoothGrad-squared, Hooker et al. 2019: the mean of the squares
  squared: {
    results: (builder, maps, imageShape) => [sumOverSamples(builder, builder.ops.Mul(maps, maps), imageShape)],
    ofOne: (map) => [map.map((value) => value * value)],
    start: sum,
  },
  // VarGrad, Adebayo et al. 2018: the mean of squares about the mean, each run's about its own mean
  variance: {
    results: (builder, maps, imageShape) => {
      const mean = builder.add('ReduceMean', [maps, builder.ints([1])], { keepdims: 1 });
      const deviations = builder.ops.Sub(maps, mean);
      const squares = sumOverSamples(builder, builder.ops.Mul(deviations, deviations), imageShape);
      return [builder.add('Squeeze', [mean, builder.ints([1])]), squares];
    },
    ofOne: (map) => [map, new Float32Array(map.length)],
    start: spread,
  },
};

function sum(length: number): Accumulator {
  const total = new Float64Array(length);
  return {
    add([values = new Float32Array()], offset) {
      for (let i = 0; i < values.length; i++) total[offset + i] = (total[offset + i] ?? 0) + (values[i] ?? 0);
    },
    finish: (samples) => Float32Array.from(total, (value) => value / samples),
  };
}

/**
 * Joins means m and squared deviations S of parts of a and b samples (Chan, Golub & LeVeque 1979):
 * S = S_a + S_b + (m_b - m_a)^2 a b / (a + b). A difference of large sums would lose the digits of a small variance.
 */
function spread(length: number): Accumulator {
  const means = new Float64Array(length);
  const squares = new Float64Array(length);
  const taken = new Float64Array(length);
  return {
    add([partMeans = new Float32Array(), partSquares = new Float32Array()], offset, samples) {
      for (let i = 0; i < partMeans.length; i++) {
        const at = offset + i;
        const before = taken[at] ?? 0;
        const all = before + samples;
        const difference = (partMeans[i] ?? 0) - (means[at] ?? 0);
        means[at] = (means[at] ?? 0) + (difference * samples) / all;
        squares[at] = (squares[at] ?? 0) + (partSquares[i] ?? 0) + (difference * difference * before * samples) / all;
        taken[at] = all;
      }
    },
    finish: (samples) => Float32Array.from(squares, (value) => value / samples),
  };
}
