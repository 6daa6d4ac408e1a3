import type { Classifier } from '../../model/classifier.ts';
import { largestDifference, rowValues, stacked } from '../../model/equivalence.ts';
import { NotEquivalentError } from '../../model/errors.ts';
import { normalise, pixelRange } from '../../model/pixels.ts';
import { probeImages } from '../../model/probeImages.ts';
import { referenceOf, windows } from '../../model/reference.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Model } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { openSizes, withOpenSizes } from '../../onnx/openSizes.ts';
import { prune } from '../../onnx/prune.ts';
import { float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { openProbe, type Probe } from '../../runtime/probe.ts';
import { scoped } from '../../runtime/release.ts';
import type { Runtime, Values } from '../../runtime/runtime.ts';
import { canonize } from '../../transforms/canonizers/canonize.ts';
import type { Bounds } from '../../transforms/relevance/bounds.ts';
import type { Composite, PlacedRule } from '../../transforms/relevance/composite.ts';
import { relevanceContext } from '../../transforms/relevance/context.ts';
import { addRelevance, type BookedLayer } from '../../transforms/relevance/relevance.ts';
import type { Explainer, LayerRelevance } from '../explainer.ts';
import { type ExplanationGraph, givenWeights, graphExplainer, type TargetSource } from '../explanationGraph.ts';
import { addExplainedScore, addScoreRows, addWeighted } from '../gradient/targetGradient.ts';
import { pixelNotes } from './placementNotes.ts';

/** The values that the model's input can have: those of the lowest and highest pixel value, for each channel. */
export function pixelBounds({ input }: Pick<Classifier, 'input'>): Bounds {
  const { channels, layout } = input;
  const dims = layout === 'NCHW' ? [1, channels, 1, 1] : [1, 1, 1, channels];
  const range = pixelRange(input);
  const ends = Array.from({ length: channels }, (_, c) => [
    normalise(range.low, c, input),
    normalise(range.high, c, input),
  ]);
  return {
    low: float32(
      dims,
      ends.map((both) => Math.min(...both)),
    ),
    high: float32(
      dims,
      ends.map((both) => Math.max(...both)),
    ),
  };
}

/** A model in the form relevance rules are made for, proved to give the same scores. */
interface Canonized {
  readonly model: Model;
  readonly facts: Facts;
  readonly imageAxis: (name: string) => number | undefined;
}

/**
 * Merged weights are rounded once more, and a layer's output with them: ten times what sums in another order may lose. A text
 * direction classifier of PaddleOCR (53 convolutions, 35 batch normalisations) differs by 3.2e-4 in float32, on a white image:
 * its scores by 1.8e-5 there, as much as the original's own float32 scores are off those in float64. In float64 the two forms
 * differ by 1.6e-6 there and 3.1e-6 at most, which is the merged weights' rounding. ONNX Runtime has no convolution in float64
 * to prove with.
 */
const tolerance = 1e-3;

const made = new WeakMap<Classifier, Promise<Canonized>>();

/**
 * The classifier's model with batch normalisations and biases merged into their layers: made once, and kept as long as the
 * classifier is.
 * @throws NotEquivalentError
 */
export async function canonized(classifier: Classifier): Promise<Canonized> {
  const kept = made.get(classifier) ?? canonizedAnew(classifier);
  made.set(classifier, kept);
  try {
    return await kept;
  } catch (error) {
    made.delete(classifier);
    throw error;
  }
}

async function canonizedAnew(classifier: Classifier): Promise<Canonized> {
  const { model, facts, inputName, scores, runtime, input, preparation, gradientTable } = classifier;
  const { isOfPixels } = relevanceContext(model.graph, facts, inputName, gradientTable);
  const rewritten = { ...model, graph: canonize(model.graph, facts, [scores.name], isOfPixels) };
  const probed = facts.get(inputName)?.dims[0] ?? 1;
  // One image more than in the first probe: the axis that grew is the one images lie along.
  const count = preparation.batched ? probed + 1 : probed;
  const several = probeImages(input, Math.max(1, count - 2));
  const pictures = preparation.batched ? rows(several, 0, count) : several;
  const scoresOf = async (images: Tensor<'float32'>) => ({ [scores.name]: await classifier.scoresOf(images) });
  const reference = await referenceOf(scoresOf, [scores.name], pictures, { size: count, again: 'none' });
  const batches = windows(reference.images, count);
  const found = await lookAt(runtime, rewritten, inputName, batches, openSizes(facts).length > 0);
  const actual = stacked(found.outputs.map((values) => rowValues(values, [scores.name], count)));
  const difference = largestDifference(reference.expected, actual, reference.scales);
  if (!(difference <= tolerance)) {
    throw new NotEquivalentError(
      `With batch normalisations and biases merged into their layers the model's scores differ by ${difference.toExponential(1)} of what they vary by. Use a gradient method, or export the model without batch normalisation.`,
    );
  }
  const imageAxis = (name: string): number | undefined => {
    const [before, after] = [facts.get(name)?.dims, found.facts.get(name)?.dims];
    if (!preparation.batched) return after && after.length > 0 && after[0] === count ? 0 : undefined;
    // Windows or heads of all images along one axis grow by several: what is one image's there cannot be told from shapes.
    const axis = before?.findIndex((dim, i) => dim === probed && after?.[i] === count) ?? -1;
    return axis < 0 ? undefined : axis;
  };
  return { model: rewritten, facts: found.facts, imageAxis };
}

/** Facts of a model, and its outputs for each batch. */
function lookAt(
  runtime: Runtime,
  model: Model,
  input: string,
  batches: readonly Tensor<'float32'>[],
  sizesVary: boolean,
): Promise<{ readonly facts: Facts; readonly outputs: readonly Values[] }> {
  return scoped(async (keep) => {
    const prober = await keep(openProbe(runtime, model));
    const looks: Probe[] = [];
    for (const batch of batches) looks.push(await prober.look({ [input]: batch }));
    const [first, ...others] = looks.map(({ facts }) => facts);
    if (!first) throw new RangeError('A probe needs an image.');
    return {
      facts: sizesVary ? withOpenSizes(first, others) : first,
      outputs: looks.map(({ outputs }) => outputs),
    };
  });
}

/** What is to be said of a map, once it is known which rule each layer has. */
export type NotesOn = (placed: readonly PlacedRule[]) => readonly string[];

/**
 * The graph that propagates relevance from the explained score to the pixels.
 * @param composite which rule each layer gets.
 * @throws RelevanceRefusedError, NotEquivalentError, SessionError
 */
export async function relevanceGraph(
  classifier: Classifier,
  target: TargetSource,
  composite: Composite,
  notesOn: NotesOn = () => [],
): Promise<ExplanationGraph> {
  const { inputName, scores, gradientTable: table } = classifier;
  const { model, facts, imageAxis } = await canonized(classifier);
  const context = relevanceContext(model.graph, facts, inputName, table);
  const builder = new GraphBuilder(model.graph, composite.name);
  const { ops } = builder;
  for (const { name, type, dims } of target.inputs) builder.input(name, type ?? 'float32', dims);
  const rows = addScoreRows(builder, classifier);
  const weights = target.weights(builder, rows);
  const start = addWeighted(builder, ops.Reshape(weights, builder.add('Shape', [scores.name])), scores.name);
  const score = addExplainedScore(builder, weights, rows);
  const added = addRelevance(builder, model.graph, {
    facts,
    context,
    composite,
    value: scores.name,
    relevance: start,
    imageAxis,
  });
  const map = ops.Mul(added.relevance, builder.scalar(1));
  const account = addAccount(builder, added.layers);
  const names = [score, rows, map, ...(account === undefined ? [] : [account])];
  const outputs = names.map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  const notes = [...pixelNotes(added.placed), ...notesOn(added.placed)];
  return {
    graph: prune(builder.build(outputs), outputs, [inputName, ...target.inputs.map(({ name }) => name)]),
    score,
    scores: rows,
    map,
    mapDims: classifier.facts.get(inputName)?.dims.slice(1) ?? [],
    ...(notes.length > 0 ? { notes } : {}),
    ...(account === undefined
      ? {}
      : {
          extra: {
            output: account,
            read: (booked) => ({
              relevanceByLayer: Array.from({ length: booked.dims[0] ?? 0 }, (_, image) =>
                accountOf(added.layers, booked, image),
              ),
            }),
          },
        }),
  };
}

/** An explainer that runs it. */
export async function compileRelevance(
  classifier: Classifier,
  composite: Composite,
  notesOn?: NotesOn,
): Promise<Explainer> {
  const graph = await relevanceGraph(classifier, givenWeights(classifier), composite, notesOn);
  return graphExplainer(classifier, graph);
}

const causes = ['biases', 'stabilizers', 'emptyParts'] as const;

/** The names of a layer's numbers, in the order they have in the account. */
function entriesOf({ received, passed, absorbed }: BookedLayer): readonly string[] {
  return [received, passed, ...causes.flatMap((cause) => absorbed[cause] ?? [])];
}

/** All layers' numbers as one value [images, numbers]. */
function addAccount(builder: GraphBuilder, layers: readonly BookedLayer[]): string | undefined {
  const columns = layers.flatMap(entriesOf).map((name) => builder.ops.Unsqueeze(name, builder.ints([1])));
  return columns.length === 0 ? undefined : builder.add('Concat', columns, { axis: 1 });
}

function accountOf(layers: readonly BookedLayer[], booked: Tensor<'float32'>, image: number): LayerRelevance[] {
  const width = booked.dims[1] ?? 0;
  let at = image * width;
  const next = () => booked.data[at++] ?? 0;
  return layers.map(({ layer, operator, rule, absorbed }) => {
    const [received, passed] = [next(), next()];
    const [biases = 0, stabilizers = 0, emptyParts = 0] = causes.map((cause) => (absorbed[cause] ? next() : 0));
    const others = received - passed - biases - stabilizers - emptyParts;
    return { layer, operator, rule, received, passed, biases, stabilizers, emptyParts, others };
  });
}
