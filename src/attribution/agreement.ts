import type { Classifier } from '../model/classifier.ts';
import { NotEquivalentError } from '../model/errors.ts';
import { multiplications } from '../model/multiplications.ts';
import { probeImages } from '../model/probeImages.ts';
import { referenceOf } from '../model/reference.ts';
import { type Graph, type Model, subgraphs } from '../onnx/graph.ts';
import { rows, type Tensor } from '../onnx/tensor.ts';
import { lanesFor, programInLanes, type RowRunner } from '../runtime/lanes.ts';
import type { Rows } from '../runtime/program.ts';
import { floatOutputOf, type OptimizationLevel, optimizationLevels, type Runtime } from '../runtime/runtime.ts';
import { adapt } from '../transforms/optimize/adapt.ts';
import { explained } from './explainedScores.ts';
import { openShares, type Shares } from './shares.ts';

/** Of forward passes alone: for less, handing rows to other threads takes as long as it saves (measured on a LeNet and a ResNet of 28x28 images). */
const leastMultiplications = 5e7;

/** An explanation's score and the predicted one may differ by this share of what the score varies by: two graphs' rounding. */
const tolerance = 1e-3;

interface CheckedRun {
  readonly values: Rows;
  /** What is to be said of the optimisation, where it had to be lowered. */
  readonly notes: readonly string[];
}

interface CheckedSession {
  run(feeds: Rows, weights: Tensor<'float32'>): Promise<CheckedRun>;
  release(): Promise<void>;
}

/**
 * A session of an explanation graph, which a runtime may rewrite in other ways than the model. In its first run the first
 * image's explained score is compared with the predicted one; where they disagree it is optimised less.
 * @param names the outputs wanted; `score` is the explained score, [n].
 * @throws NotEquivalentError from the run where they disagree even without optimisation.
 */
export async function openChecked(
  classifier: Classifier,
  model: Model,
  {
    names,
    score,
    imagesAtOnce,
    shares,
  }: {
    readonly names: readonly string[];
    readonly score: string;
    readonly imagesAtOnce: number;
    readonly shares?: (lanes: number) => Shares;
  },
): Promise<CheckedSession> {
  const { runtime, inputName, preparation, scores } = classifier;
  const most = optimizationLevels.indexOf(preparation.optimization);
  const untried = optimizationLevels.slice(0, most + 1);
  const lanes = shares && lanesFor(runtime, classifier.model);
  const shared = lanes && shares(lanes.length);
  const open = (optimization: OptimizationLevel = 'none'): Promise<RowRunner> =>
    shared
      ? openShares(runtime, lanes, model, shared, { names, imagesAtOnce, optimization })
      : programInLanes(runtime, model, { outputs: names, batchSize: imagesAtOnce, optimization, leastRows });
  const leastRows = Math.ceil(leastMultiplications / multiplications(classifier));
  let session = await open(untried.pop());
  let checked = false;
  const always = leftToProcessor(runtime, model.graph);
  let notes: readonly string[] = always;
  return {
    async run(feeds, weights) {
      const count = weights.dims[0] ?? 0;
      const run = () => session.runRows(feeds);
      let values = await run();
      while (!checked && count > 0) {
        const [image] = [feeds[inputName]].flatMap((images) => (images ? [rows(images, 0, 1)] : []));
        const [own = Number.NaN] = floatOutputOf(values, score).data;
        const first = weights.data.subarray(0, scores.width);
        if (!image || (await agrees(classifier, image, first, own))) {
          checked = true;
          break;
        }
        const level = untried.pop();
        if (level === undefined) {
          throw new NotEquivalentError(
            `The explanation of this model gives ${own} as the explained score, which is not what the model predicts: ${runtime.name} computes them differently. Explain it with another runtime or method, and report the model.`,
          );
        }
        await session.release();
        session = await open(level);
        notes = [
          ...always,
          `Optimised further, ${runtime.name} gives this explanation another score than the prediction's; it was run at optimisation level "${level}".`,
        ];
        values = await run();
      }
      return { values, notes };
    },
    release: () => session.release(),
  };
}

/** Which operators of a graph another device leaves to the processor, in words. */
function leftToProcessor({ name, limits }: Runtime, graph: Graph): string[] {
  const operators = new Set<string>();
  const look = ({ nodes }: Graph) => {
    for (const node of nodes) {
      if (node.domain === '' && limits?.onProcessor.includes(node.op)) operators.add(node.op);
      for (const inner of subgraphs(node)) look(inner);
    }
  };
  if (limits) look(adapt(graph, limits.lacks));
  return operators.size === 0 ? [] : [`${name} leaves to the processor: ${[...operators].sort().join(', ')}.`];
}

/** Whether an explained score is the one predicted for an image, but for rounding. */
async function agrees(
  classifier: Classifier,
  image: Tensor<'float32'>,
  weights: Float32Array,
  score: number,
): Promise<boolean> {
  const predicted = explained(weights, (await classifier.scoresOf(image)).data);
  const difference = Math.abs(score - predicted);
  // Equal infinities, and NaN for NaN, have no difference that is a number.
  if (Object.is(score, predicted) || score === predicted || difference <= (tolerance / 10) * Math.abs(predicted))
    return true;
  const { scores, input } = classifier;
  const scoresOf = async (images: Tensor<'float32'>) => ({ [scores.name]: await classifier.scoresOf(images) });
  const { scales } = await referenceOf(scoresOf, [scores.name], probeImages(input, 2), { size: 1, again: 'none' });
  const scale = explained(weights.map(Math.abs), scales.get(scores.name) ?? new Float64Array());
  return difference <= tolerance * scale;
}
