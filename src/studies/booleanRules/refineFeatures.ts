import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription, InputSettings } from '../../model/inputDescription.ts';
import type { Model } from '../../onnx/graph.ts';
import { reservedPrefix } from '../../onnx/graphBuilder.ts';
import { sizeOf, tensor } from '../../onnx/tensor.ts';
import { random, shuffledIndices } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import { accuracyOf } from '../../training/accuracy.ts';
import { adam } from '../../training/optimizers.ts';
import { cosine } from '../../training/schedules.ts';
import { type Batch, makeTrainer } from '../../training/trainer.ts';
import { type TrainingImages, trainingImages } from '../../training/trainingImages.ts';
import type { RuleImages, RuleSet } from './extractRules.ts';
import { ruleModel } from './ruleModel.ts';

export interface RefineSettings {
  readonly updates: number;
  /** Default 0.003, falling to 0 along a cosine. */
  readonly learningRate?: number;
  /** Decoupled, as in AdamW. Default 0.1. */
  readonly weightDecay?: number;
  /** This share of the images, chosen anew each time, is moved by up to one pixel either way. Default 0. */
  readonly shifted?: number;
  readonly seed?: number;
  readonly onStep?: (done: number, total: number) => void;
}

interface Refined {
  /** The network itself, its dense layers as they were, with the fine-tuned features. */
  readonly model: Model;
  /** With the output layers replaced by the rules: what was trained. */
  readonly ruleModel: Model;
  /** Accuracy of the rules on the validation images, before and after. */
  readonly before: number;
  readonly after: number;
}

const batchSize = 100;
/** How often the validation images are asked. */
const rounds = 12;

/**
 * Fine-tunes what makes the features so that the rules, which stay as they are, decide better: cross-entropy of the
 * normalised products. Against over-fitting, weights decay, images can be shifted at random, and the weights that did best on the
 * validation images are kept, those before the first step among them.
 */
export async function refineFeatures(
  classifier: Classifier,
  rules: RuleSet,
  images: RuleImages,
  settings: RefineSettings,
): Promise<Refined> {
  const { updates, learningRate = 0.003, weightDecay = 0.1, shifted = 0, seed = 0, onStep } = settings;
  const { runtime, classCount } = classifier;
  const model = ruleModel(classifier, rules);
  return scoped(async (keep) => {
    const trainer = await keep(
      makeTrainer(runtime, model, {
        optimizer: adam({ weightDecay }),
        input: settingsOf(classifier.input),
        trainable: (name) => !name.startsWith(reservedPrefix),
      }),
    );
    const training = trainingImages(images.training, trainer.input, classCount);
    const validation = trainingImages(images.validation, trainer.input, classCount);
    const rateAt = cosine(learningRate, updates);
    const nextBatch = shiftedBatches(training, images.training, shifted, seed);
    const every = Math.ceil(updates / rounds);
    const before = await accuracyOf(runtime, model, validation);
    let state = trainer.initial;
    let best = { state, accuracy: before };
    while (state.step < updates) {
      state = (await trainer.update(state, nextBatch(), rateAt(state.step))).state;
      if (state.step % every !== 0 && state.step !== updates) continue;
      const accuracy = await accuracyOf(runtime, trainer.modelOf(state), validation);
      if (accuracy > best.accuracy) best = { state, accuracy };
      onStep?.(state.step, updates);
    }
    const refined = trainer.modelOf(best.state);
    return { model: withWeightsOf(classifier.model, refined), ruleModel: refined, before, after: best.accuracy };
  });
}

function settingsOf({ layout, height, width, order, scale, mean, std }: InputDescription): InputSettings {
  return { layout, size: [height, width], order, scale, mean: [...mean], std: [...std] };
}

/** Batches without end, epoch after epoch in another order, a share of the images moved by -1, 0 or 1 pixels each way. */
function shiftedBatches(
  data: TrainingImages,
  { height, width }: LabelledImages,
  shifted: number,
  seed: number,
): () => Batch {
  const source = random(seed);
  const dims = data.images.dims.slice(1);
  const size = sizeOf(dims);
  const pixels = new Float32Array(batchSize * size);
  const labels = new BigInt64Array(batchSize);
  // The last two dimensions are rows and columns, or (channels last) the last three are rows, columns and channels.
  const across = dims[1] === width && dims[0] === height ? (dims[2] ?? 1) : 1;
  let order = shuffledIndices(data.count, source);
  let at = 0;
  return () => {
    for (let i = 0; i < batchSize; i++) {
      if (at === order.length) {
        order = shuffledIndices(data.count, source);
        at = 0;
      }
      const index = order[at++] ?? 0;
      labels[i] = BigInt(data.labels[index] ?? 0);
      const isMoved = source.uniform() < shifted;
      const [down, right] = isMoved ? [source.index(3) - 1, source.index(3) - 1] : [0, 0];
      const from = data.images.data.subarray(index * size, (index + 1) * size);
      moveImage(from, pixels.subarray(i * size, (i + 1) * size), {
        height,
        row: width * across,
        down,
        right: right * across,
      });
    }
    return {
      images: tensor('float32', [batchSize, ...dims], pixels),
      labels: tensor('int64', [batchSize], labels),
    };
  };
}

interface Move {
  readonly height: number;
  /** Elements in a row. */
  readonly row: number;
  readonly down: number;
  readonly right: number;
}

/** What comes in at an edge repeats that edge. */
function moveImage(from: Float32Array, to: Float32Array, { height, row, down, right }: Move): void {
  const rows = from.length / row;
  for (let y = 0; y < rows; y++) {
    const plane = Math.floor(y / height) * height;
    const source = plane + Math.min(height - 1, Math.max(0, y - plane - down));
    const line = from.subarray(source * row, (source + 1) * row);
    const target = y * row;
    to.set(right >= 0 ? line.subarray(0, row - right) : line.subarray(-right), target + Math.max(0, right));
    if (right > 0) to.fill(line[0] ?? 0, target, target + right);
    if (right < 0) to.fill(line[row - 1] ?? 0, target + row + right, target + row);
  }
}

function withWeightsOf(model: Model, from: Model): Model {
  const initializers = new Map(
    [...model.graph.initializers].map(([name, old]) => [name, from.graph.initializers.get(name) ?? old]),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}
