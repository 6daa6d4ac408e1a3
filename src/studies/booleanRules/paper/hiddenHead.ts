import type { Model } from '../../../onnx/graph.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { networkModel } from '../../../training/network.ts';
import { adam } from '../../../training/optimizers.ts';
import { cosine } from '../../../training/schedules.ts';
import { trainModel } from '../../../training/train.ts';
import type { RuleImages } from '../extractRules.ts';

const hiddenUnits = 20;

/** A2 with a hidden layer in place of its one dense layer: 10 features -> 20 -> 10, the features those of a trained A2. */
export async function trainHiddenHead(
  runtime: Runtime,
  trained: Model,
  images: RuleImages,
  seed: number,
  updates: number,
): Promise<Model> {
  const built = networkModel(
    {
      name: 'a2-hidden',
      input: [1, 28, 28],
      layers: [
        { type: 'conv', name: 'conv1', filters: 10, kernel: 8, activation: 'sigmoid' },
        { type: 'conv', name: 'conv2', filters: 10, kernel: 7, activation: 'sigmoid' },
        { type: 'conv', name: 'conv3', filters: 10, kernel: 14, activation: 'sigmoid' },
        { type: 'maxPool', name: 'pool1', window: 2 },
        { type: 'flatten', name: 'flatten' },
        { type: 'dense', name: 'hidden', units: hiddenUnits, activation: 'sigmoid' },
        { type: 'dense', name: 'output', units: 10, activation: 'none' },
      ],
    },
    seed,
  );
  const weights = trained.graph.initializers;
  const initializers = new Map(
    [...built.graph.initializers].map(([name, value]) => [name, weights.get(name) ?? value]),
  );
  const model = { ...built, graph: { ...built.graph, initializers } };
  const result = await trainModel(runtime, model, {
    optimizer: adam(),
    trainable: (name) => name.startsWith('hidden') || name.startsWith('output'),
    images: images.training,
    validation: images.validation,
    length: { updates },
    learningRate: cosine(0.01, updates),
    seed,
  });
  return result.model;
}
