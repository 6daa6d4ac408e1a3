import type { GraphBuilder } from '../onnx/graphBuilder.ts';

/** How a weight follows its gradient, as nodes, and what it remembers from step to step. */
export interface Optimizer {
  readonly name: 'sgd' | 'adam';
  /** For records: checkpoints, the trained model's metadata. */
  readonly settings: Readonly<Record<string, number>>;
  /** What is remembered for each weight, in the weight's shape, starting at zero. */
  readonly remembers: readonly string[];
  /** Numbers that change from step to step but are the same for all weights. @param step counted from 1. */
  readonly scalars: (step: number, learningRate: number) => Readonly<Record<string, number>>;
  readonly update: (builder: GraphBuilder, now: UpdateValues) => Updated;
}

/** Names of values: what an update reads. */
interface UpdateValues {
  readonly weight: string;
  readonly gradient: string;
  /** The value remembered under one of the names in `remembers`. */
  readonly memory: (name: string) => string;
  /** The value of one of the numbers that `scalars` gives. */
  readonly scalar: (name: string) => string;
}

/** Names of values: what an update makes. */
export interface Updated {
  readonly weight: string;
  readonly memory: Readonly<Record<string, string>>;
}

interface SgdSettings {
  /** Default 0: plain gradient descent. */
  readonly momentum?: number;
  /** L2: `weightDecay * w` is added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent, with momentum as in Sutskever et al. (2013) and PyTorch:
 * g' = g + decay w; v = momentum v + g'; w = w - rate v.
 */
export function sgd(settings: SgdSettings = {}): Optimizer {
  const { momentum = 0, weightDecay = 0 } = settings;
  return {
    name: 'sgd',
    settings: { momentum, weightDecay },
    remembers: momentum === 0 ? [] : ['velocity'],
    scalars: (_step, rate) => ({ rate }),
    update(builder, { weight, gradient, memory, scalar }): Updated {
      const { ops } = builder;
      const decayed = weightDecay === 0 ? gradient : ops.Add(gradient, ops.Mul(weight, builder.scalar(weightDecay)));
      if (momentum === 0) return { weight: ops.Sub(weight, ops.Mul(decayed, scalar('rate'))), memory: {} };
      const velocity = ops.Add(ops.Mul(memory('velocity'), builder.scalar(momentum)), decayed);
      return { weight: ops.Sub(weight, ops.Mul(velocity, scalar('rate'))), memory: { velocity } };
    },
  };
}

interface AdamSettings {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled, as in AdamW (Loshchilov & Hutter 2019): w shrinks by rate * weightDecay * w. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1), at step t:
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * w = w - rate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + decay w).
 */
export function adam(settings: AdamSettings = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = settings;
  return {
    name: 'adam',
    settings: { beta1, beta2, epsilon, weightDecay },
    remembers: ['mean', 'square'],
    // Both corrections are computed here in double precision: in float32, 1 - 0.999^t loses digits at small t.
    scalars: (step, rate) => ({
      rate: rate / (1 - beta1 ** step),
      scale: 1 / Math.sqrt(1 - beta2 ** step),
      ...(weightDecay === 0 ? {} : { keep: 1 - rate * weightDecay }),
    }),
    update(builder, { weight, gradient, memory, scalar }) {
      const { ops } = builder;
      const average = (old: string, beta: number, value: string) =>
        ops.Add(ops.Mul(old, builder.scalar(beta)), ops.Mul(value, builder.scalar(1 - beta)));
      const mean = average(memory('mean'), beta1, gradient);
      const square = average(memory('square'), beta2, ops.Mul(gradient, gradient));
      const deviation = ops.Add(ops.Mul(ops.Sqrt(square), scalar('scale')), builder.scalar(epsilon));
      const kept = weightDecay === 0 ? weight : ops.Mul(weight, scalar('keep'));
      return {
        weight: ops.Sub(kept, ops.Mul(ops.Div(mean, deviation), scalar('rate'))),
        memory: { mean, square },
      };
    },
  };
}
