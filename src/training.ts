/* Training as a graph: the papers' networks, optimisers, schedules, checkpoints. */

export { type ArchitectureName, architectures } from './training/architectures.ts';
export { readCheckpoint, writeCheckpoint } from './training/checkpointFile.ts';
export type { TargetLoss } from './training/losses.ts';
export { type MosaicNetworkName, mosaicNetworks } from './training/mosaic/networks.ts';
export { imagesToLearn, isMosaicWeight, mosaicTasks } from './training/mosaic/tasks.ts';
export { adam, type Optimizer, sgd } from './training/optimizers.ts';
export type { TrainOptions } from './training/plan.ts';
export { recipes } from './training/recipes.ts';
export { constant, cosine, type Schedule, stepDecay, warmUp } from './training/schedules.ts';
export { meanSquaredError, pixelCrossEntropy, sigmoidCrossEntropy } from './training/targetLosses.ts';
export { type TrainingResult, train, trainModel } from './training/train.ts';
export { type Masks, makeTrainer, type Trainer, type TrainerOptions } from './training/trainer.ts';
export type { ImagesToLearn, Targets } from './training/trainingImages.ts';
