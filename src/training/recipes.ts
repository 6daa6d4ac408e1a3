import type { ArchitectureName } from './architectures.ts';
import { adam, type Optimizer, sgd } from './optimizers.ts';
import type { TrainOptions } from './plan.ts';
import { constant, cosine, type Schedule, warmUp } from './schedules.ts';

/** How one of the papers' networks is trained: the paper's settings, and ours where it gives none. */
export interface Recipe {
  readonly optimizer: () => Optimizer;
  /** The same without weight decay, where there is any. */
  readonly undecayed?: () => Optimizer;
  readonly learningRate: Schedule;
  readonly length: TrainOptions['length'];
  readonly batchSize: number;
  /** Images taken off the end of the training set for validation; 0 trains on all, and the last weights are kept. */
  readonly validationImages: number;
  /** Test accuracy on MNIST in the paper; null where it gives none. */
  readonly paperAccuracy: number | null;
  /** The settings that the paper leaves open, and what was chosen. */
  readonly ours: string;
}

/** How the papers’ networks are trained. */
export const recipes = {
  a1: {
    optimizer: () => adam(),
    learningRate: cosine(0.01, 10_000),
    length: { updates: 10_000 },
    batchSize: 100,
    validationImages: 10_000,
    paperAccuracy: 0.939,
    ours: 'Adam, cosine from 0.01; the 10,000 images the paper leaves over are for validation',
  },
  a2: {
    optimizer: () => adam(),
    // Without the slow start Adam drives all sigmoids to one side within a few steps, with some seeds for good.
    learningRate: warmUp(500, cosine(0.003, 15_000)),
    length: { updates: 15_000 },
    batchSize: 100,
    validationImages: 10_000,
    paperAccuracy: 0.986,
    ours: 'Adam, 500 updates of warm-up, then cosine from 0.003; the 10,000 images the paper leaves over are for validation',
  },
  b: {
    // Without it 100,000 updates end with more training images right (98.3%) and fewer test images (docs/training.md).
    optimizer: () => adam({ weightDecay: 0.05 }),
    undecayed: () => adam(),
    learningRate: cosine(0.003, 100_000),
    length: { updates: 100_000 },
    batchSize: 100,
    validationImages: 0,
    paperAccuracy: 0.98,
    ours: 'cosine from 0.003, decoupled weight decay of 0.05',
  },
  c: {
    // Smaller weights let noise grow less from layer to layer: three times as much of it can be proved harmless (docs/bounds.md).
    optimizer: () => adam({ weightDecay: 0.7 }),
    undecayed: () => adam(),
    learningRate: cosine(0.002, 6_000),
    length: { updates: 6_000 },
    batchSize: 100,
    validationImages: 0,
    paperAccuracy: null,
    ours: 'all of it, decoupled weight decay of 0.7 among it: the paper only says MNIST',
  },
  d: {
    optimizer: () => sgd(),
    learningRate: constant(0.1),
    length: { epochs: 15 },
    batchSize: 100,
    validationImages: 0,
    paperAccuracy: 0.945,
    ours: 'sigmoid; initial weights uniform with variance 1 / inputs (LeCun)',
  },
} as const satisfies Readonly<Record<ArchitectureName, Recipe>>;
