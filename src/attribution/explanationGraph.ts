import { type Classifier, checkImages } from '../model/classifier.ts';
import { InvalidInputError, InvalidTargetError } from '../model/errors.ts';
import { type Target, targetWeights } from '../model/target.ts';
import type { Graph, ValueInfo } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import { openChecked } from './agreement.ts';
import { aboveBaselines, completenessOf } from './explainedScores.ts';
import type { Attribution, Explainer } from './explainer.ts';
import { withMapNotes } from './mapNotes.ts';
import type { Shares } from './shares.ts';

/** A method's whole computation for one classifier as one graph: images and a target go in, maps come out. */
export interface ExplanationGraph {
  /** Inputs: the classifier's image input [n, ...], and those of the target source. */
  readonly graph: Graph;
  /** All class scores of the images, [n, K]. */
  readonly scores: string;
  /** The explained score, [n]. */
  readonly score: string;
  /** [n, ...mapDims] */
  readonly map: string;
  readonly mapDims: readonly number[];
  readonly layer?: string;
  readonly notes?: readonly string[];
  /** Images that go through at once; the classifier's batch size by default. */
  readonly imagesAtOnce?: number;
  /** The same computation shared out among this many lanes, where it can be. */
  readonly shares?: (lanes: number) => Shares;
  /** Where a map should sum to a difference of scores: the images [b, ...] whose mean score is subtracted. */
  readonly baselines?: Tensor<'float32'>;
  /** Further outputs, and what is read off them. */
  readonly extra?: {
    readonly output: string;
    readonly read: (value: Tensor<'float32'>) => Partial<Attribution>;
  };
}

/** Where a graph takes from how much each class score counts. */
export interface TargetSource {
  /** Graph inputs that say it. */
  readonly inputs: readonly ValueInfo[];
  /** An input with all class scores of the images, [n, K], for graphs that would have to run the images just for them. */
  readonly scores?: ValueInfo;
  /** Adds the nodes, if any, that give the weights [n, K] from the inputs and all class scores [n, K]. */
  readonly weights: (builder: GraphBuilder, scores: string) => string;
}

const weightsInput = 'konkyo/target';
const scoresInput = 'konkyo/scores';

/** The weights themselves are an input, [n, K], and so are the scores, for graphs that ask for them. */
export function givenWeights({ scores }: Pick<Classifier, 'scores'>): TargetSource {
  const input = (name: string): ValueInfo => ({ name, type: 'float32', dims: ['batch', scores.width] });
  return { inputs: [input(weightsInput)], scores: input(scoresInput), weights: () => weightsInput };
}

/** An explainer that runs an explanation graph whose target source is `givenWeights`. */
export async function graphExplainer(classifier: Classifier, explanation: ExplanationGraph): Promise<Explainer> {
  const {
    graph,
    score,
    map,
    layer,
    notes,
    baselines,
    extra,
    imagesAtOnce = classifier.batchSize,
    shares,
  } = explanation;
  const names = [score, map, ...(extra ? [extra.output] : [])];
  const session = await openChecked(classifier, { ...classifier.model, graph }, { names, score, imagesAtOnce, shares });
  const wantsScores = graph.inputs.some(({ name }) => name === scoresInput);
  let ofBaselines: Tensor<'float32'> | undefined;
  const explainer: Explainer = {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const feeds = {
        [classifier.inputName]: images,
        [weightsInput]: weights,
        ...(wantsScores ? { [scoresInput]: await classifier.scoresOf(images) } : {}),
      };
      const { values: found, notes: said } = await session.run(feeds, weights);
      const values = floatOutputOf(found, map);
      const scores = floatOutputOf(found, score).data;
      return {
        values,
        scores,
        layer,
        ...(notes === undefined && said.length === 0 ? {} : { notes: [...(notes ?? []), ...said] }),
        ...(extra ? extra.read(floatOutputOf(found, extra.output)) : {}),
        ...(baselines ? { completeness: await gaps(values, scores, baselines, weights, targets) } : {}),
      };
    },
    release: () => session.release(),
  };
  return withMapNotes(explainer, classifier, 'slopes');

  async function gaps(
    values: Tensor<'float32'>,
    scores: Float32Array,
    compared: Tensor<'float32'>,
    weights: Tensor<'float32'>,
    targets: readonly Target[],
  ) {
    ofBaselines ??= await classifier.scoresOf(compared);
    return completenessOf(values, aboveBaselines(scores, weights, ofBaselines), targets);
  }
}

/**
 * The weights [n, K] of one target for each image.
 * @throws InvalidInputError, InvalidTargetError
 */
export function checkedWeights(
  classifier: Classifier,
  images: Tensor<'float32'>,
  targets: readonly Target[],
): Tensor<'float32'> {
  checkImages(classifier, images);
  if (!Array.isArray(targets)) {
    throw new InvalidTargetError(`${String(targets)} is no list of targets: give one for each image.`);
  }
  if (images.dims[0] !== targets.length) {
    throw new InvalidInputError(`There are ${images.dims[0]} images but ${targets.length} targets: give one for each.`);
  }
  const { width } = classifier.scores;
  return float32([targets.length, width], targetWeights(targets, width));
}
