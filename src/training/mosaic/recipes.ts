import { adam, type Optimizer } from '../optimizers.ts';
import { cosine, type Schedule, warmUp } from '../schedules.ts';
import type { MosaicNetworkName } from './networks.ts';

/** How a mosaic network is trained: Adam, a short warm-up, then half a cosine wave down to 0. */
export interface MosaicRecipe {
  readonly optimizer: () => Optimizer;
  readonly learningRate: Schedule;
  readonly updates: number;
  readonly batchSize: number;
}

function recipe(rate: number, updates: number): MosaicRecipe {
  return { optimizer: () => adam(), learningRate: warmUp(50, cosine(rate, updates)), updates, batchSize: 16 };
}

/** The same schedule over so many times as many updates. */
function slowed({ learningRate, updates, ...rest }: MosaicRecipe, times: number): MosaicRecipe {
  return { ...rest, learningRate: (step) => learningRate(step / times), updates: times * updates };
}

export const mosaicRecipes = {
  'mosaic-value': slowed(recipe(0.003, 1_200), 3),
  'mosaic-labels': recipe(0.003, 1_200),
  'mosaic-segmenter': recipe(0.003, 1_000),
  'mosaic-detector': recipe(0.003, 1_200),
} as const satisfies Readonly<Record<MosaicNetworkName, MosaicRecipe>>;
