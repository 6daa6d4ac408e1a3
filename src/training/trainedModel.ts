import { classesKey, trainingKey } from '../model/metadata.ts';
import type { Model } from '../onnx/graph.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainingPlan } from './plan.ts';
import type { Trainer } from './trainer.ts';

/** The model with the best validated weights, or the last ones, and with metadata about the training. */
export function trainedModel(trainer: Trainer, plan: TrainingPlan, end: Checkpoint): Model {
  const { state, best, identity, history } = end;
  const chosen = best?.state ?? state;
  const model = trainer.modelOf(chosen);
  const { optimizer, loss } = trainer.options;
  const { classNames } = plan.data;
  const training = {
    data: identity.data,
    images: identity.images,
    loss: loss?.name ?? 'softmax cross-entropy',
    optimizer: { name: optimizer.name, ...optimizer.settings },
    learningRate: { first: plan.rateAt(0), last: plan.rateAt(Math.max(0, state.step - 1)) },
    batchSize: identity.batchSize,
    seed: identity.seed,
    updates: chosen.step,
    finalLoss: history.findLast(({ step }) => step <= chosen.step)?.loss ?? null,
    validation: best === undefined ? null : { accuracy: best.accuracy, images: plan.validation?.count ?? 0 },
    runtime: trainer.runtime.name,
  };
  return {
    ...model,
    metadata: new Map([
      ...model.metadata,
      [trainingKey, JSON.stringify(training)],
      ...(classNames.length === 0 ? [] : [[classesKey, JSON.stringify(classNames)] as const]),
    ]),
  };
}
