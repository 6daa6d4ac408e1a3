import type { Classifier } from '../../model/classifier.ts';
import { float32, scalar, type Tensor } from '../../onnx/tensor.ts';
import { lengthOf, ranges } from '../../runtime/portions.ts';
import { type Program, program } from '../../runtime/program.ts';
import { floatOutputOf, type Values } from '../../runtime/runtime.ts';
import { adam } from '../../training/optimizers.ts';
import { type AmplitudePer, evenAmplitude, radiusOf } from './amplitude.ts';
import type { SearchNoise } from './changes/searchNoise.ts';
import type { Cost } from './cost.ts';
import { type IterationGraph, inputs, iterationGraph } from './iterationGraph.ts';
import type { MaskedGraph } from './layerMasks.ts';
import type { SearchSchedule } from './schedules.ts';

/** One image's search. */
interface SearchTask {
  /** [1, ...] */
  readonly image: Tensor<'float32'>;
  /** Its scores, K of them. */
  readonly clean: Float32Array;
  /** The decided class. */
  readonly decided: number;
  /** In score units: a, or what is to be left of the lead. */
  readonly tolerance: number;
  /** Values for the graph's inputs, by their names. */
  readonly masks: Values;
  readonly noise: SearchNoise;
  /** What the schedule's learning rate is multiplied with. */
  readonly rateFactor: number;
  readonly onIteration?: (done: number, violation: number) => void;
}

/** A compiled search, for many images. */
export interface AmplitudeSearch {
  run(task: SearchTask): Promise<Tensor<'float32'>>;
  release(): Promise<void>;
}

export async function compileSearch(
  classifier: Classifier,
  masked: MaskedGraph,
  per: AmplitudePer,
  schedule: SearchSchedule,
  cost: Cost,
): Promise<AmplitudeSearch> {
  const graph = iterationGraph(classifier, masked, per, cost);
  const iteration = await program(classifier.runtime, graph.model);
  return {
    run: (task) => search(classifier, iteration, graph, per, schedule, task),
    release: iteration.release,
  };
}

async function search(
  classifier: Classifier,
  iteration: Program,
  { outputs }: IterationGraph,
  per: AmplitudePer,
  { iterations, images, learningRate }: SearchSchedule,
  { image, clean, decided, tolerance, masks, noise, rateFactor, onIteration }: SearchTask,
): Promise<Tensor<'float32'>> {
  const parts = ranges(images, classifier.batchSize);
  const optimizer = adam();
  const zeros = evenAmplitude(classifier.input, per, 0);
  const fixed = {
    ...masks,
    [inputs.image]: image,
    [inputs.clean]: float32([1, clean.length], clean),
    [inputs.own]: float32(
      [1, clean.length],
      clean.map((_, k) => Number(k === decided)),
    ),
    [inputs.tolerance]: scalar(tolerance),
    [inputs.share]: scalar(1 / images),
  };
  let state = { amplitude: zeros, mean: zeros, square: zeros };
  for (let i = 0; i < iterations; i++) {
    const { rate = 0, scale = 0 } = optimizer.scalars(i + 1, rateFactor * learningRate(i));
    const feeds = {
      ...fixed,
      [inputs.amplitude]: state.amplitude,
      [inputs.mean]: state.mean,
      [inputs.square]: state.square,
      [inputs.rate]: scalar(rate),
      [inputs.scale]: scalar(scale),
    };
    const { amplitude } = state;
    const radius = () => radiusOf(amplitude, classifier.input);
    let gathered = zeros;
    let violation = 0;
    let values: Values = {};
    for (const part of parts) {
      values = await iteration.run({
        ...feeds,
        [inputs.gathered]: gathered,
        [inputs.noise]: noise(lengthOf(part), radius),
      });
      gathered = floatOutputOf(values, outputs.gathered);
      violation += floatOutputOf(values, outputs.violation).data[0] ?? 0;
    }
    state = {
      amplitude: floatOutputOf(values, outputs.amplitude),
      mean: floatOutputOf(values, outputs.mean),
      square: floatOutputOf(values, outputs.square),
    };
    onIteration?.(i + 1, violation / images);
  }
  return float32(state.amplitude.dims, state.amplitude.data);
}
