import { type InputSettings, settingsOf } from '../model/inputDescription.ts';
import { loadModelFile } from '../node/modelFile.ts';
import type { Model } from '../onnx/graph.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type ArchitectureName, architectures } from '../training/architectures.ts';
import { type MosaicNetworkName, mosaicNetworks } from '../training/mosaic/networks.ts';
import { mosaicRecipes } from '../training/mosaic/recipes.ts';
import { sgd } from '../training/optimizers.ts';
import { type Recipe, recipes } from '../training/recipes.ts';
import { makeTrainer } from '../training/trainer.ts';
import { UsageError } from './flags.ts';
import { fineTuning, type TrainDefaults } from './trainSettings.ts';

/** All networks that can be trained from random weights. */
export const architectureNames: readonly string[] = [...Object.keys(architectures), ...Object.keys(mosaicNetworks)];

/** What training begins with: a network with random weights, or a model that is trained further. */
type TrainStart =
  | { readonly kind: 'architecture'; readonly name: ArchitectureName }
  | { readonly kind: 'mosaic'; readonly name: MosaicNetworkName }
  | { readonly kind: 'model'; readonly path: string };

/** A path that ends in .onnx is a model, all else must be an architecture's name. @throws UsageError */
export function trainStart(argument: string): TrainStart {
  if (/\.onnx$/i.test(argument)) return { kind: 'model', path: argument };
  const name = argument.toLowerCase();
  if (isArchitecture(name)) return { kind: 'architecture', name };
  if (isMosaicNetwork(name)) return { kind: 'mosaic', name };
  throw new UsageError(
    `There is no architecture "${argument}". There are ${architectureNames.join(', ')}; for a model give a file that ends in .onnx.`,
  );
}

export function defaultsOf(start: TrainStart): TrainDefaults {
  if (start.kind === 'model') return fineTuning;
  if (start.kind === 'mosaic') {
    const { optimizer, learningRate, updates, batchSize } = mosaicRecipes[start.name];
    return {
      optimizer: optimizer(),
      learningRate,
      span: updates,
      length: { updates },
      batchSize,
      validation: false,
    };
  }
  const recipe: Recipe = recipes[start.name];
  const { learningRate, length, batchSize, validationImages } = recipe;
  return {
    optimizer: recipe.optimizer(),
    learningRate,
    // A recipe in epochs has a constant rate.
    span: 'updates' in length ? length.updates : 1,
    length,
    batchSize,
    validation: validationImages > 0,
  };
}

/** A model whose weights can be trained, and what it takes. */
interface StartModel {
  readonly model: Model;
  readonly input: InputSettings;
  readonly channels: 1 | 3;
}

/**
 * The model to train. A file is brought to a current opset with a free batch dimension, and proved unchanged.
 * @param settings of the input of a model file, from flags; an architecture has none.
 * @throws UsageError, and what `loadModelFile` and `makeTrainer` throw.
 */
export async function loadStart(
  start: TrainStart,
  runtime: Runtime,
  seed: number,
  settings: InputSettings,
): Promise<StartModel> {
  if (start.kind !== 'model') {
    const described = Object.keys(settings).find((name) => name !== 'size');
    if (described) throw new UsageError(`--${described} describes the input of a model file, not of an architecture.`);
    const { build } = start.kind === 'mosaic' ? mosaicNetworks[start.name] : architectures[start.name];
    return { model: build(seed), input: {}, channels: 1 };
  }
  const classifier = await loadModelFile(start.path, { runtime, input: settings, sourceOf: (name) => `--${name}` });
  await classifier.release();
  const { model, input } = classifier;
  // That it can be trained at all is found out before any images are read.
  await (await makeTrainer(runtime, model, { optimizer: sgd(), input: settingsOf(input) })).release();
  return { model, input: settingsOf(input), channels: input.channels === 3 ? 3 : 1 };
}

function isMosaicNetwork(name: string): name is MosaicNetworkName {
  return Object.hasOwn(mosaicNetworks, name);
}

function isArchitecture(name: string): name is ArchitectureName {
  return Object.hasOwn(architectures, name);
}
