import { describeNode } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { addGradients, type Gradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import { none } from '../../transforms/gradient/rule.ts';
import { addConstant } from './constants.ts';
import { type FilterLayer, type FilterNetwork, isFirst } from './filterNetwork.ts';
import { fixedGates } from './fixedGates.ts';

/** What one run of the whole network, forward and backward with its gates fixed, says of some images. */
export interface WholePass {
  /** The explained score of each image, [n]. */
  readonly scores: Float32Array;
  /** In the layers' order: what goes through each filter, whichever way, [n, filters]. */
  readonly throughFilters: readonly Tensor<'float32'>[];
  readonly constants: readonly Constant[];
  /**
   * How far all paths and constants together are from each score, as a share of the sum of their sizes (layer by layer: of
   * what goes through each filter where paths begin). Rounding, where every operator can be split; [n].
   */
  readonly gaps: Float32Array;
  /** Outputs of the layers, and the image: where the segments start. */
  readonly values: ReadonlyMap<string, Tensor<'float32'>>;
}

/** What the score owes to numbers of the network that no image changes. */
export interface Constant {
  /** `bias of conv2`, or the node that adds it. */
  readonly name: string;
  /** [n, filters] for the bias of a layer of filters, else [n, 1]. */
  readonly parts: Tensor<'float32'>;
}

interface WholePassRunner {
  /** @param weights [n, K]: how much each score counts. @param values whether the layers' outputs are wanted. */
  run(images: Tensor<'float32'>, weights: Tensor<'float32'>, values: boolean): Promise<WholePass>;
  release(): Promise<void>;
}

const weightsInput = 'konkyo/target';

/**
 * One graph for what goes through every filter, and for every constant. The bias of a layer that paths begin in is part of
 * those paths; every other one, and whatever else is added after it, is an entry of its own.
 */
export async function compileWholePass(network: FilterNetwork): Promise<WholePassRunner> {
  const { classifier, model, facts, context, layers } = network;
  const { inputName, scores } = classifier;
  const builder = new GraphBuilder(model.graph, 'filters');
  const { ops } = builder;
  const weights = builder.input(weightsInput, 'float32', ['batch', scores.width]);
  const seed = ops.Reshape(weights, builder.ints([-1, ...context.facts(scores.name).dims.slice(1)]));
  const backward = (wrt: readonly string[], answerFor = fixedGates(context)) =>
    addGradients(builder, {
      facts,
      seeds: new Map([[scores.name, seed]]),
      wrt,
      table: classifier.gradientTable,
      answerFor,
    });
  const added = constantsOf(builder, network);
  const counts = backward([...new Set([...layers, ...added].map(({ value }) => value))]);
  const contribution = (value: string, of: string) => ops.Mul(gradientOrZeros(builder, counts, value), of);
  const perImage = (value: string) =>
    builder.add('ReduceSum', [ops.Reshape(value, builder.ints([0, -1])), builder.ints([1])], { keepdims: 1 });
  const perFilter = (value: string, { map }: FilterLayer) =>
    builder.add('ReduceSum', [value, builder.ints(map.map((_, i) => i + 2))], { keepdims: 0 });

  const score = perImage(ops.Mul(seed, scores.name));
  const through = layers.map((layer) => perFilter(contribution(layer.value, layer.value), layer));
  const constants = added.map(({ name, value, layer, constant }) => {
    const parts = contribution(value, constant);
    return { name, parts: layer ? perFilter(parts, layer) : perImage(parts) };
  });
  const summary = [score, ...through, ...constants.map(({ parts }) => parts)];
  const past = pastFirstLayers(builder, network, backward, perImage);
  if (past !== undefined) summary.push(past);
  const maps = layers.map(({ value }) => value);
  const outputs = [...new Set([...summary, ...maps])];
  const { run, release } = await program(classifier.runtime, { ...model, graph: builder.build() }, { outputs });
  const first = layers.flatMap((layer, i) => (isFirst(layer, network) ? [i] : []));
  return {
    async run(images, weights, values) {
      const found = await run(
        { [inputName]: images, [weightsInput]: weights },
        values ? [...summary, ...maps] : summary,
      );
      const own = (name: string) => floatOutputOf(found, name);
      const throughFilters = through.map(own);
      const entries = constants.map(({ name, parts }) => ({ name, parts: own(parts) }));
      const all = [
        ...first.flatMap((i) => throughFilters[i] ?? []),
        ...entries.map(({ parts }) => parts),
        ...(past === undefined ? [] : [own(past)]),
      ];
      const scoreOf = own(score).data;
      return {
        scores: scoreOf,
        throughFilters,
        constants: entries,
        gaps: gapsOf(scoreOf, all),
        values: new Map([[inputName, images], ...(values ? maps : []).map((name) => [name, own(name)] as const)]),
      };
    },
    release,
  };
}

/** Where a constant enters: a value that it is added to, and itself as it broadcasts to that. */
interface Added {
  readonly name: string;
  readonly value: string;
  readonly layer?: FilterLayer;
  readonly constant: string;
}

function constantsOf(builder: GraphBuilder, network: FilterNetwork): Added[] {
  const { model, context, layers } = network;
  return model.graph.nodes.flatMap((node): Added[] => {
    const [value = ''] = node.outputs;
    const layer = layers.find((one) => one.value === value);
    if (layer ? isFirst(layer, network) : !network.isAfterFilters(value)) return [];
    const constant = addConstant(builder, node, context);
    if (constant === undefined) return [];
    return layer
      ? [{ name: `bias of ${layer.name}`, value, layer, constant }]
      : [{ name: `added by ${describeNode(node)}`, value, constant }];
  });
}

/** What reaches the scores from the image without going through a layer that paths begin in; undefined where nothing can. */
function pastFirstLayers(
  builder: GraphBuilder,
  network: FilterNetwork,
  backward: (wrt: readonly string[], answerFor: ReturnType<typeof fixedGates>) => Gradients,
  perImage: (value: string) => string,
): string | undefined {
  const { classifier, context, layers, beforeScores } = network;
  const { inputName } = classifier;
  const ends = [beforeScores, ...layers.filter((layer) => !isFirst(layer, network)).map(({ before }) => before)];
  if (!ends.some((before) => before.includes(inputName))) return undefined;
  const gates = fixedGates(context);
  const closed = new Set(layers.filter((layer) => isFirst(layer, network)).map(({ node }) => node));
  const counts = backward([inputName], (node) => (closed.has(node) ? none : gates(node)));
  return perImage(builder.ops.Mul(gradientOrZeros(builder, counts, inputName), inputName));
}

/** |sum of the parts - score| / sum of |parts|, image by image. @param parts [n, ...] each. */
export function gapsOf(scores: Float32Array, parts: readonly Tensor<'float32'>[]): Float32Array {
  return scores.map((score, image) => {
    let [sum, size] = [0, 0];
    for (const { data, dims } of parts) {
      const width = dims[1] ?? 1;
      for (const part of data.subarray(image * width, (image + 1) * width)) {
        sum += part;
        size += Math.abs(part);
      }
    }
    return size === 0 ? 0 : Math.abs(sum - score) / size;
  });
}
