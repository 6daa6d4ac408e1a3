import type { Classifier } from '../../model/classifier.ts';
import { multiplications } from '../../model/multiplications.ts';
import type { NumericType } from '../../onnx/elementType.ts';
import type { Graph, ValueInfo } from '../../onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { renameValues } from '../../onnx/renameValues.ts';
import { rows, type Tensor, zeros } from '../../onnx/tensor.ts';
import { lengthOf, type Range, ranges } from '../../runtime/portions.ts';
import type { ExplanationGraph, TargetSource } from '../explanationGraph.ts';
import type { ShareOutput, Shares } from '../shares.ts';
import { addExplainedScore, addScoreRows, addTargetGradient } from './targetGradient.ts';

/** Of forward passes of all samples: with less, a share of them is done before another thread has heard of it (measured on LeNets). */
const leastToShare = 2e7;

/**
 * How a method makes several samples of each image and reads its maps off the gradients there. The samples go through the
 * model in parts; what a part leaves behind for the next is the state, zeros at first.
 */
interface Sampling {
  /** What the gradients are taken with respect to, and of which the results are made: by default the samples themselves. */
  readonly wrt?: { readonly value: string; readonly dims: readonly number[] };
  /** The samples of this part, [n, s, ...]. */
  readonly samples: string;
  readonly state: readonly StateValue[];
  /** Adds the nodes that give the state after a part, from the gradients and what they are of, both [n, s, ...]. */
  readonly next: (gradient: string, samples: string, state: readonly string[]) => readonly string[];
  /**
   * Adds the nodes that make of two states the one after the samples of both. Absent where samples depend on those before: then
   * they cannot be shared out.
   */
  readonly join?: (builder: GraphBuilder, state: readonly string[], other: readonly string[]) => readonly string[];
  /** Adds the nodes that make the maps [n, ...] of the last state. */
  readonly finish: (builder: GraphBuilder, state: readonly string[]) => string;
}

/** Numbers for each image, [n, ...dims]. */
export interface StateValue {
  readonly type: 'float32' | 'float64';
  readonly dims: readonly number[];
}

/** What the samples of a part are made of. */
interface SamplePart {
  /** The name of the images in the graph, [n, ...]. */
  readonly images: string;
  /** Adds the rows of a tensor [S, ...] that belong to the samples of this part. */
  readonly rowsOf: (all: Tensor<NumericType>, hint: string) => string;
}

export type SamplingPlan = (builder: GraphBuilder, part: SamplePart) => Sampling;

interface SampledMap extends Pick<ExplanationGraph, 'layer' | 'notes' | 'baselines' | 'mapDims'> {
  /** Samples of each image. */
  readonly count: number;
  readonly plan: SamplingPlan;
}

/**
 * One graph for samples, model, backward pass and what is made of the gradients, in a Loop over parts of the samples: as many
 * at a time as fill the classifier's batch. Where the target does not bring the images' scores, the first turn runs the images
 * as they are to get them. Everything that the turns need is inside the Loop, weights too: ONNX Runtime optimises convolutions
 * by weights of the same graph only.
 */
export function sampledGraph(
  classifier: Classifier,
  stage: string,
  target: TargetSource,
  { count, plan, ...said }: SampledMap,
): ExplanationGraph {
  const { batchSize } = classifier;
  const all = sampledStates(classifier, stage, target, { samples: { from: 0, to: count }, atOnce: batchSize, plan });
  const { builder, sampling, states, scoreRows } = all;
  const { graph, score, map } = addMaps(builder, target, { sampling, states, scoreRows });
  const canShare = sampling.join !== undefined && target.scores !== undefined && count > 1;
  return {
    ...said,
    graph,
    score,
    scores: scoreRows,
    map,
    imagesAtOnce: Math.max(1, Math.floor(batchSize / count)),
    shares:
      canShare && count * multiplications(classifier) >= leastToShare
        ? (lanes) => shared(classifier, stage, target, { count, plan, lanes })
        : undefined,
  };
}

interface SampledStates {
  readonly sampling: Sampling;
  /** The values of the state after the last sample. */
  readonly states: readonly string[];
  readonly scoreRows: string;
}

/** The Loop over some of the samples. */
function sampledStates(
  classifier: Classifier,
  stage: string,
  target: TargetSource,
  part: { readonly samples: Range; readonly atOnce: number; readonly plan: SamplingPlan },
): SampledStates & { readonly builder: GraphBuilder } {
  const { model, inputName, preparation } = classifier;
  const builder = new GraphBuilder(emptyGraph(model.graph.name), stage);
  const { ops } = builder;
  const batch = preparation.batched ? 'batch' : 1;
  builder.input(inputName, 'float32', [batch, ...imageShapeOf(classifier)]);
  addTargetInputs(builder, target);

  const images = builder.add('Shape', [inputName], { start: 0, end: 1 });
  const atOnce = ops.Max(builder.add('Div', [builder.ints([part.atOnce]), images]), builder.ints([1]));
  const count = builder.ints([lengthOf(part.samples)]);
  const parts = builder.add('Div', [ops.Sub(ops.Add(count, atOnce), builder.ints([1])), atOnce]);
  const turns = ops.Reshape(target.scores ? parts : ops.Add(parts, builder.ints([1])), builder.ints([]));
  const { body, sampling } = loopBody(classifier, `${stage}/part`, target, atOnce, part);
  const carried = target.scores ? sampling.state : [scoresState(classifier), ...sampling.state];
  const initial = carried.map(({ type, dims }) => {
    const shape = builder.add('Concat', [images, builder.ints(dims)], { axis: 0 });
    return builder.add('ConstantOfShape', [shape], { value: zeros(type, [1]) });
  });
  const carriedOut = builder.addMany('Loop', [turns, '', ...initial], initial.length, {
    body: { type: 'graph', value: body },
  });
  const [scoreRows = '', ...states] = target.scores ? [target.scores.name, ...carriedOut] : carriedOut;
  return { builder, sampling, states, scoreRows };
}

function addTargetInputs(builder: GraphBuilder, { inputs, scores }: TargetSource): void {
  for (const { name, type, dims } of [...inputs, ...(scores ? [scores] : [])])
    builder.input(name, type ?? 'float32', dims);
}

/** Adds what makes the maps of the last state, and the explained score. */
function addMaps(builder: GraphBuilder, target: TargetSource, { sampling, states, scoreRows }: SampledStates) {
  const map = sampling.finish(builder, states);
  const score = addExplainedScore(builder, target.weights(builder, scoreRows), scoreRows);
  const outputs = [score, scoreRows, map].map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  return { graph: builder.build(outputs), score, map };
}

/** The samples shared out: a graph for each lane, and one that makes the maps of the states that those give. */
function shared(
  classifier: Classifier,
  stage: string,
  target: TargetSource,
  { count, plan, lanes }: Pick<SampledMap, 'count' | 'plan'> & { readonly lanes: number },
): Shares {
  const atOnce = Math.max(1, Math.floor(classifier.batchSize / lanes));
  const parts = ranges(count, Math.ceil(count / lanes)).map((samples) =>
    sampledStates(classifier, stage, target, { samples, atOnce, plan }),
  );
  const builder = new GraphBuilder(emptyGraph(classifier.model.graph.name), `${stage}/join`);
  addTargetInputs(builder, target);
  const each = parts.map((part, lane) => {
    const outputs = part.sampling.state.map(({ type, dims }, i): ShareOutput => {
      const joined = builder.input(`konkyo/share-${lane}/${i}`, type, ['batch', ...dims]);
      return { name: part.states[i] ?? '', joined };
    });
    return { graph: part.builder.build(outputs.map(({ name }) => ({ name }))), outputs };
  });
  const [first, ...others] = each.map(({ outputs }) => outputs.map(({ joined }) => joined));
  const sampling = parts[0]?.sampling;
  if (!sampling?.join || !first) throw new RangeError('These samples cannot be shared out.');
  const { join } = sampling;
  const states = others.reduce<readonly string[]>((state, other) => join(builder, state, other), first);
  return { each, join: addMaps(builder, target, { sampling, states, scoreRows: target.scores?.name ?? '' }).graph };
}

/** One turn: some samples of all images through the model and back. */
function loopBody(
  classifier: Classifier,
  stage: string,
  target: TargetSource,
  atOnce: string,
  { plan, samples: range }: { readonly plan: SamplingPlan; readonly samples: Range },
): { readonly body: Graph; readonly sampling: Sampling } {
  const { model, inputName } = classifier;
  const imageShape = imageShapeOf(classifier);
  const body = new GraphBuilder(model.graph, stage);
  const { ops } = body;
  const images = 'konkyo/images';
  const turn = body.input(`konkyo/${stage}/turn`, 'int64', []);
  const going = body.input(`konkyo/${stage}/going`, 'bool', []);
  const scoresBefore =
    target.scores?.name ?? body.input(`konkyo/${stage}/scores`, 'float32', ['batch', classifier.scores.width]);
  let first: string | undefined;
  let samples = '';
  let sampling: Sampling | undefined;
  const inFirst = (value: string, otherwise: string, type?: StateValue['type']) =>
    first === undefined ? otherwise : choose(body, first, value, otherwise, type);
  body.computeInput(inputName, () => {
    first = target.scores ? undefined : ops.Equal(turn, body.int(0));
    const part = first === undefined ? turn : ops.Max(ops.Sub(turn, body.int(1)), body.int(0));
    const from = ops.Mul(part, atOnce);
    // In a turn for the scores nothing becomes of the samples: one is enough.
    const to = ops.Add(from, first === undefined ? atOnce : ops.Where(first, body.ints([1]), atOnce));
    const rowsOf = (all: Tensor<NumericType>, hint: string) =>
      body.add('Slice', [body.constant(rows(all, range.from, range.to), hint), from, to]);
    sampling = plan(body, { images, rowsOf });
    samples = inFirst(ops.Unsqueeze(images, body.ints([1])), sampling.samples);
    return ops.Reshape(samples, body.ints([-1, ...imageShape]));
  });
  if (!sampling) throw new RangeError('The plan of the samples was not asked for.');
  const { state, wrt, next } = sampling;
  const stateBefore = state.map(({ type, dims }, i) =>
    body.input(`konkyo/${stage}/state-${i}`, type, ['batch', ...dims]),
  );
  const weights = target.weights(body, scoresBefore);
  // [n, K] -> [n, s, K]: every sample of an image has the image's target.
  const count = body.add('Shape', [samples], { start: 1, end: 2 });
  const perRow = body.add('Concat', [body.ints([1]), count, body.ints([1])], { axis: 0 });
  const repeated = ops.Expand(ops.Unsqueeze(weights, body.ints([1])), perRow);
  const gradient = addTargetGradient(body, classifier, repeated, wrt ? { wrt: wrt.value } : {});
  const shape = wrt ? shapeBySample(body, samples, wrt.dims) : body.add('Shape', [samples]);
  const after = next(ops.Reshape(gradient, shape), wrt ? ops.Reshape(wrt.value, shape) : samples, stateBefore);
  const results: ValueInfo[] = [{ name: body.add('Identity', [going]), type: 'bool', dims: [] }];
  const carry = ({ type, dims }: StateValue, name: string) => results.push({ name, type, dims: ['batch', ...dims] });
  if (!target.scores) carry(scoresState(classifier), inFirst(addScoreRows(body, classifier), scoresBefore));
  for (const [i, value] of state.entries()) carry(value, inFirst(stateBefore[i] ?? '', after[i] ?? '', value.type));
  const inputs = [turn, going, ...(target.scores ? [] : [scoresBefore]), ...stateBefore];
  const pruned = prune(body.build(results), results, inputs);
  // The images have the name of the model's input; inside, that is a name for the rows of samples.
  const named = (name: string) => (name === inputName ? `konkyo/${stage}/rows` : name === images ? inputName : name);
  return { body: { ...pruned, nodes: pruned.nodes.map((node) => renameValues(node, named)) }, sampling };
}

/** The images' class scores, which a turn of their own finds. */
function scoresState({ scores }: Classifier): StateValue {
  return { type: 'float32', dims: [scores.width] };
}

/** Adds an If between two values: only shapes may differ. */
function choose(
  builder: GraphBuilder,
  condition: string,
  whenTrue: string,
  whenFalse: string,
  type: StateValue['type'] = 'float32',
): string {
  const branch = (value: string) => {
    const inner = builder.fresh('branch');
    const nodes = [{ op: 'Identity', domain: '', name: inner, inputs: [value], outputs: [inner], attributes: {} }];
    const graph: Graph = { ...emptyGraph(inner), nodes, outputs: [{ name: inner, type, dims: undefined }] };
    return { type: 'graph' as const, value: graph };
  };
  return builder.add('If', [condition], { then_branch: branch(whenTrue), else_branch: branch(whenFalse) });
}

/** [n, s, ...dims], with n and s from the samples. */
function shapeBySample(builder: GraphBuilder, samples: string, dims: readonly number[]): string {
  const counts = builder.add('Shape', [samples], { start: 0, end: 2 });
  return builder.add('Concat', [counts, builder.ints(dims)], { axis: 0 });
}

/** The shape of one image, from the model itself. */
export function imageShapeOf({ facts, inputName }: Classifier): readonly number[] {
  return facts.get(inputName)?.dims.slice(1) ?? [];
}
