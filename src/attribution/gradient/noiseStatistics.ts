import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { StateValue } from './sampledGradient.ts';
import { double, runningSum, sumOverSamples, toDouble, toSingle } from './sampleSums.ts';

/** What is made of a method's maps of one image under different noise, element by element. */
export type NoiseStatistic = 'mean' | 'squared' | 'variance';

/** How a statistic is computed: inside a graph, or here from maps that come one by one. */
interface StatisticPlan {
  readonly inGraph: (imageShape: readonly number[], samples: number) => GraphStatistic;
  /** What one map adds. */
  readonly ofOne: (map: Float32Array) => readonly Float32Array[];
  readonly start: (length: number) => Accumulator;
}

/** A statistic as nodes of a graph, over maps [n, s, ...] that come part by part; see Sampling. */
interface GraphStatistic {
  readonly state: readonly StateValue[];
  readonly next: (builder: GraphBuilder, maps: string, state: readonly string[]) => readonly string[];
  readonly join: (builder: GraphBuilder, state: readonly string[], other: readonly string[]) => readonly string[];
  readonly finish: (builder: GraphBuilder, state: readonly string[]) => string;
}

interface Accumulator {
  /** Takes in the results of a run of `samples` samples, for the elements from `offset` on. */
  add(results: readonly Float32Array[], offset: number, samples: number): void;
  /** The statistic over all samples taken in. */
  finish(samples: number): Float32Array;
}

export const statisticPlans: Readonly<Record<NoiseStatistic, StatisticPlan>> = {
  mean: {
    inGraph: (imageShape, samples) => meanOf(imageShape, samples, (_builder, maps) => maps),
    ofOne: (map) => [map],
    start: sum,
  },
  // SmoothGrad-squared, Hooker et al. 2019: the mean of the squares
  squared: {
    inGraph: (imageShape, samples) => meanOf(imageShape, samples, ({ ops }, maps) => ops.Mul(maps, maps)),
    ofOne: (map) => [map.map((value) => value * value)],
    start: sum,
  },
  // VarGrad, Adebayo et al. 2018: the mean of squares about the mean, each run's about its own mean
  variance: {
    inGraph: spreadInGraph,
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

function meanOf(
  imageShape: readonly number[],
  samples: number,
  of: (builder: GraphBuilder, maps: string) => string,
): GraphStatistic {
  const total = runningSum(imageShape, 1 / samples);
  return {
    state: total.state,
    next: (builder, maps, [before = '']) => [
      total.add(builder, before, sumOverSamples(builder, of(builder, maps), imageShape)),
    ],
    join: total.join,
    finish: (builder, [sum = '']) => total.finish(builder, sum),
  };
}

/** Joins two states of `spreadInGraph` as `spread` does; the second's samples may be one number for all images. */
const join: GraphStatistic['join'] = (builder, [mean = '', squares = '', taken = ''], other) => {
  const { ops } = builder;
  const [otherMean = '', otherSquares = '', size = ''] = other;
  const all = ops.Add(taken, size);
  const difference = ops.Sub(otherMean, mean);
  const share = ops.Div(size, all);
  const between = ops.Mul(ops.Mul(difference, difference), ops.Mul(taken, share));
  return [ops.Add(mean, ops.Mul(difference, share)), ops.Sum(squares, otherSquares, between), all];
};

/** The state: mean, squared deviations, and the samples that they are of. */
function spreadInGraph(imageShape: readonly number[], samples: number): GraphStatistic {
  const numbers = { type: 'float64', dims: imageShape } as const;
  return {
    state: [numbers, numbers, { type: 'float64', dims: imageShape.map(() => 1) }],
    next(builder, maps, state) {
      const { ops } = builder;
      const partMean = builder.add('ReduceMean', [maps, builder.ints([1])], { keepdims: 1 });
      const deviations = ops.Sub(maps, partMean);
      const squares = toDouble(builder, sumOverSamples(builder, ops.Mul(deviations, deviations), imageShape));
      const size = toDouble(builder, builder.add('Shape', [maps], { start: 1, end: 2 }));
      return join(builder, state, [
        toDouble(builder, builder.add('Squeeze', [partMean, builder.ints([1])])),
        squares,
        size,
      ]);
    },
    join,
    finish: (builder, [, squares = '']) => toSingle(builder, builder.ops.Mul(squares, double(builder, 1 / samples))),
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
