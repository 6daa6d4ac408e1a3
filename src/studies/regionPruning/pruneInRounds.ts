import type { Model } from '../../onnx/graph.ts';
import { float32 } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import { accuracyOf } from '../../training/accuracy.ts';
import { makeTrainer, type Trainer, type TrainingState } from '../../training/trainer.ts';
import type { TrainingImages } from '../../training/trainingImages.ts';
import type { Cut } from './cuts.ts';
import { type DenseLayer, maskOf, rowsByUnit } from './denseLayer.ts';
import { EverythingPrunedError, PruningSettingsError } from './errors.ts';
import { type Criterion, weightImportance } from './importance.ts';
import type { InputStatistics } from './inputStatistics.ts';
import type { Neighbourhood } from './labelling.ts';
import { type RetrainSettings, retrain, withLayerRate } from './retrain.ts';
import { lossEffect } from './taylor.ts';
import { type LayerSummary, summarizeLayer, summarizeUnits } from './unitSummary.ts';

/** Cuts, then retraining with what was cut held at zero. */
export interface Round {
  readonly cuts: readonly Cut[];
  /** Passes over the training images after the cuts. */
  readonly epochs: number;
  /** Before retraining, what is left goes back to these weights (Frankle et al. 2020). */
  readonly rewindTo?: TrainingState['weights'];
  /** Retrain this layer at so many times the learning rate; `inverse share` is 1 / (the share of weights left). Default 1. */
  readonly layerRate?: number | 'inverse share';
}

/** What is known after a round. */
export interface RoundRecord extends LayerSummary {
  /** From 1. */
  readonly round: number;
  readonly cuts: readonly string[];
  readonly epochs: number;
  /** On the test images, after the cuts and before retraining. */
  readonly cutAccuracy: number;
  /** On the test images, after retraining. */
  readonly accuracy: number;
}

export interface Pruned {
  readonly model: Model;
  /** [units, inputs]: 1 where there is a weight. */
  readonly kept: Uint8Array;
  readonly state: TrainingState;
  readonly rounds: readonly RoundRecord[];
}

export interface PruneOptions {
  readonly seed?: number;
  readonly onRound?: (record: RoundRecord) => void;
  /** Called after every update. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a pruner has made ready. */
export interface Prepared {
  readonly trainer: Trainer;
  readonly layer: DenseLayer;
  readonly statistics: InputStatistics;
  readonly data: TrainingImages;
  readonly test: TrainingImages;
  readonly neighbourhood: Neighbourhood;
  readonly settings: Pick<RetrainSettings, 'learningRate' | 'batchSize'>;
}

/** Cuts and retrains, round by round, from the model as it was given. */
export async function pruneInRounds(parts: Prepared, rounds: readonly Round[], options: PruneOptions): Promise<Pruned> {
  const { trainer, layer, statistics, data, test, neighbourhood, settings } = parts;
  const { seed = 0, onRound, onProgress } = options;
  checkRounds(rounds);
  const [order, draws] = [random(seed), random(seed + 1)];
  const total = rounds.reduce((sum, { epochs }) => sum + epochs, 0) * Math.ceil(data.count / settings.batchSize);
  const accuracyNow = (state: TrainingState) => accuracyOf(trainer.runtime, trainer.modelOf(state), test);
  const records: RoundRecord[] = [];
  let kept: Uint8Array = new Uint8Array(layer.units * layer.inputs).fill(1);
  let state = trainer.initial;
  let updates = 0;
  for (const { cuts, epochs, rewindTo, layerRate = 1 } of rounds) {
    for (const { apply } of cuts) {
      const importance = (criterion: Criterion) => importanceOf(parts, criterion, held(state, layer, kept));
      kept = await apply({ map: layer.map, kept, varies: statistics.varies, neighbourhood, importance, random: draws });
    }
    checkLeft(kept, statistics, records.length + 1);
    const from = held(rewindTo ? { ...state, weights: rewindTo } : state, layer, kept);
    const cutAccuracy = await accuracyNow(from);
    const summary = summarizeLayer(
      summarizeUnits(kept, statistics.varies, layer.map, neighbourhood),
      statistics.varies,
    );
    const factor = layerRate === 'inverse share' ? 1 / summary.varyingLeft : layerRate;
    state = await atLayerRate(parts, factor, (atRate) =>
      retrain(atRate, data, from, {
        ...settings,
        epochs,
        masks: { [layer.weightName]: maskOf(layer, kept) },
        order,
        onUpdate: () => {
          updates += 1;
          onProgress?.(updates, total);
        },
      }),
    );
    const record = {
      round: records.length + 1,
      cuts: cuts.map(({ about }) => about),
      epochs,
      cutAccuracy,
      accuracy: epochs === 0 ? cutAccuracy : await accuracyNow(state),
      ...summary,
    };
    records.push(record);
    onRound?.(record);
  }
  // A product with 0 can be -0: what is saved is plain zero.
  state = held(state, layer, kept);
  return { model: trainer.modelOf(state), kept, state, rounds: records };
}

/** Runs with a trainer in which the layer learns at another rate. */
async function atLayerRate<T>(
  { trainer, layer }: Prepared,
  factor: number,
  run: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  if (factor === 1) return run(trainer);
  const optimizer = withLayerRate(trainer.options.optimizer, layer.weightName, factor);
  return scoped(async (keep) => {
    const faster = await keep(makeTrainer(trainer.runtime, trainer.model, { ...trainer.options, optimizer }));
    return await run(faster);
  });
}

function importanceOf(parts: Prepared, criterion: Criterion, state: TrainingState): Promise<Float32Array> {
  const { trainer, layer, statistics, data } = parts;
  if (criterion === 'taylor') return lossEffect(trainer, data, state, layer);
  const weight = state.weights[layer.weightName] ?? layer.weight;
  return Promise.resolve(weightImportance(criterion, rowsByUnit(layer, weight), statistics));
}

/** A state with the removed weights at zero. */
function held(state: TrainingState, layer: DenseLayer, kept: Uint8Array): TrainingState {
  const { weightName } = layer;
  const { data: mask, dims } = maskOf(layer, kept);
  const weight = state.weights[weightName] ?? layer.weight;
  const zeroed = float32(
    dims,
    weight.data.map((value, i) => (mask[i] === 0 ? 0 : value)),
  );
  return { ...state, weights: { ...state.weights, [weightName]: zeroed } };
}

function checkRounds(rounds: readonly Round[]): void {
  if (rounds.length === 0) throw new PruningSettingsError('There are no rounds: ask for at least one.');
  const wrong = rounds.find(({ epochs }) => !Number.isInteger(epochs) || epochs < 0);
  if (wrong) throw new PruningSettingsError(`Epochs a round: ${wrong.epochs}. It must be a whole number from 0.`);
}

function checkLeft(kept: Uint8Array, { varies }: InputStatistics, round: number): void {
  if (kept.some((one, i) => one !== 0 && varies[i % varies.length] !== 0)) return;
  throw new EverythingPrunedError(
    `After the cuts of round ${round} the layer has no weight left that sees anything of the image. Remove a smaller share, or stop a round earlier.`,
  );
}
