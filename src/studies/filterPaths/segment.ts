import type { Graph } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { int64, type Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import { fixedGates } from './fixedGates.ts';

/*
 * The stretch of a network that ends in a layer of filters, or in the scores, and begins at the layers (or the image) before it.
 * With its gates fixed it is linear, y = A x + c. A row run backward through it starts from how much each place of one
 * filter's map counts, and gives A x for every filter before it: one more step of a path.
 */

export interface Segment {
  /** @param counts whether they are wanted: for the next segment, or for maps. */
  run(rows: SegmentRows, values: StoredValues, counts: boolean): Promise<readonly Inflow[]>;
  release(): Promise<void>;
}

/** The values before a segment, by name: one row an image. */
export type StoredValues = ReadonlyMap<string, Tensor<'float32'>>;

export interface SegmentRows {
  /** Which image each row is about: a row of the stored values. */
  readonly images: readonly number[];
  readonly start: SegmentStart;
}

type SegmentStart =
  /** A filter for each row, and how much each place of its map counts, [rows, 1, ...]. */
  | { readonly filters: readonly number[]; readonly seeds: Tensor<'float32'> }
  /** How much each score counts, [rows, K]. */
  | { readonly weights: Tensor<'float32'> };

/** What comes in from one of the values before a segment. */
export interface Inflow {
  /** The output of a layer of filters, or the image. */
  readonly value: string;
  /** A x, summed over each filter's map: [rows, filters]. Of the image, over all of it: [rows, 1]. */
  readonly parts: Tensor<'float32'>;
  /** A, in the value's shape, [rows, ...]: how much each place counts, where the next segment starts. */
  readonly counts?: Tensor<'float32'>;
}

const imageInput = 'konkyo/image';
const filterInput = 'konkyo/filter';
const seedInput = 'konkyo/seed';

/** @param end the layer it ends in; by default the scores. */
export async function compileSegment(network: FilterNetwork, end?: FilterLayer): Promise<Segment> {
  const { classifier, model, facts, context } = network;
  const before = end?.before ?? network.beforeScores;
  const endValue = end?.value ?? classifier.scores.name;
  const cut = cutBefore(network, endValue, before);
  const builder = new GraphBuilder(cut, 'segment');
  const image = builder.input(imageInput, 'int64', ['rows']);
  const stored = cut.inputs.map(({ name }) => {
    const input = builder.input(`konkyo/stored/${name}`, 'float32', ['images', ...context.facts(name).dims.slice(1)]);
    builder.computeInput(name, () => builder.add('Gather', [input, image], { axis: 0 }));
    return { name, input };
  });
  const gradients = addGradients(builder, {
    facts,
    seeds: new Map([[endValue, addSeeds(builder, network, end)]]),
    wrt: before,
    table: classifier.gradientTable,
    answerFor: fixedGates(context),
  });
  const flows = before.map((name) => {
    // A value of its own also where nothing lies between: an output must not be an input.
    const counts = builder.add('Identity', [gradientOrZeros(builder, gradients, name)]);
    return { name, counts, parts: addParts(builder, network, name, counts) };
  });
  const parts = flows.map((flow) => flow.parts);
  const all = flows.flatMap((flow) => [flow.parts, flow.counts]);
  const walked = await program(classifier.runtime, { ...model, graph: builder.build() }, { outputs: all });
  return {
    async run({ images, start }, values, wanted) {
      const feeds: Record<string, Tensor> = { [imageInput]: int64(images) };
      if ('filters' in start) feeds[filterInput] = int64(start.filters);
      feeds[seedInput] = 'filters' in start ? start.seeds : start.weights;
      for (const { name, input } of stored) feeds[input] = storedValue(values, name);
      const found = await walked.run(feeds, wanted ? all : parts);
      return flows.map(({ name, parts, counts }) => ({
        value: name,
        parts: floatOutputOf(found, parts),
        counts: wanted ? floatOutputOf(found, counts) : undefined,
      }));
    },
    release: walked.release,
  };
}

export function storedValue(values: StoredValues, name: string): Tensor<'float32'> {
  const value = values.get(name);
  if (!value) throw new RangeError(`The value "${name}" was not stored.`);
  return value;
}

/**
 * The graph up to a value, beginning at the values before it, so that none of their convolutions is computed again; also at the
 * image, where something asks for its shape.
 */
function cutBefore({ classifier, model, context }: FilterNetwork, end: string, before: readonly string[]): Graph {
  const { graph } = model;
  const begins = [...new Set([...before, classifier.inputName])];
  const cut = {
    ...graph,
    nodes: graph.nodes.filter(({ outputs }) => !outputs.some((name) => before.includes(name))),
    inputs: begins.map((name) => {
      const { type, dims } = context.facts(name);
      return { name, type, dims: ['rows', ...dims.slice(1)] };
    }),
  };
  return prune(cut, [{ name: end, type: undefined, dims: undefined }], before);
}

/** Where a row starts: its weights of the scores, or one filter's map among zeros. */
function addSeeds(builder: GraphBuilder, { classifier, context }: FilterNetwork, end?: FilterLayer): string {
  const { ops } = builder;
  if (!end) {
    const { name, width } = classifier.scores;
    const weights = builder.input(seedInput, 'float32', ['rows', width]);
    return ops.Reshape(weights, builder.ints([-1, ...context.facts(name).dims.slice(1)]));
  }
  const ones = end.map.map(() => 1);
  const filter = builder.input(filterInput, 'int64', ['rows']);
  const seed = builder.input(seedInput, 'float32', ['rows', 1, ...end.map]);
  const numbers = int64(
    Array.from({ length: end.filters }, (_, i) => i),
    [1, end.filters, ...ones],
  );
  const own = ops.Equal(ops.Reshape(filter, builder.ints([-1, 1, ...ones])), builder.constant(numbers, 'filters'));
  return ops.Where(own, seed, builder.scalar(0));
}

function addParts(builder: GraphBuilder, { classifier, context }: FilterNetwork, name: string, counts: string): string {
  const { ops } = builder;
  const kept = name === classifier.inputName ? 0 : 1;
  const axes = context.facts(name).dims.flatMap((_, axis) => (axis > kept ? [axis] : []));
  const sums = builder.add('ReduceSum', [ops.Mul(counts, name), builder.ints(axes)], { keepdims: 0 });
  return kept === 0 ? ops.Reshape(sums, builder.ints([-1, 1])) : sums;
}
