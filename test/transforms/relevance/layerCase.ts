import { type AttributeLike, attributes } from '../../../src/onnx/attributes.ts';
import type { Graph } from '../../../src/onnx/graph.ts';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { probe } from '../../../src/runtime/probe.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import type { Composite } from '../../../src/transforms/relevance/composite.ts';
import { relevanceContext } from '../../../src/transforms/relevance/context.ts';
import { addRelevance } from '../../../src/transforms/relevance/relevance.ts';
import type { RelevanceRule } from '../../../src/transforms/relevance/rule.ts';
import { graphOf, modelOf, node, value } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';
import { slowOperators } from '../../slow/index.ts';
import { slowNodes, toArray64 } from '../../slow/slowGraph.ts';
import { distinct } from '../gradient/inputs.ts';

/** A layer of constant parameters on images [2, ...]. */
export interface LayerCase {
  readonly op: string;
  readonly x: Tensor<'float32'>;
  readonly parameters: readonly Tensor<'float32'>[];
  readonly attributes?: Readonly<Record<string, AttributeLike>>;
}

export function layerGraph({ op, x, parameters, attributes: given = {} }: LayerCase): Graph {
  const names = parameters.map((_, i) => `p${i}`);
  return graphOf({
    inputs: [value('x', ['images', ...x.dims.slice(1)])],
    constants: Object.fromEntries(parameters.map((parameter, i) => [`p${i}`, parameter])),
    nodes: [node(op, ['x', ...names], ['y'], { name: op, attributes: attributes(given) })],
    outputs: ['y'],
  });
}

/** The layer as a function of one image, in float64 by the slow operators. */
export function slowLayer(layerCase: LayerCase): (x: Float64Array) => Float64Array {
  const [node] = slowNodes(layerGraph(layerCase));
  const parameters = layerCase.parameters.map(toArray64);
  const dims = [1, ...layerCase.x.dims.slice(1)];
  return (data) => slowOperators[layerCase.op]!([{ dims, data }, ...parameters], node!.attributes, 1)[0]!.data;
}

export interface Passed {
  /** Of the input, in its shape. */
  readonly relevance: Float32Array;
  /** What was started from. */
  readonly received: Float32Array;
  /** For each image: causes in the order they were said, by name. */
  readonly absorbed: Readonly<Record<string, Float32Array>>;
  readonly sums: { readonly received: Float32Array; readonly passed: Float32Array } | undefined;
}

export function everywhere(rule: RelevanceRule): Composite {
  return { name: 'everywhere', entries: [{ where: () => true, rule }] };
}

/** Passes relevance (by default reproducible numbers of both signs) from the graph's output to its input. */
export async function passRelevance(
  graph: Graph,
  x: Tensor<'float32'>,
  composite: Composite,
  runtime: Runtime = cpu,
  given?: Tensor<'float32'>,
): Promise<Passed> {
  const [input, output] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
  const { facts } = await probe(cpu, modelOf(graph), { [input]: x });
  const dims = facts.get(output)!.dims;
  const received = given ?? distinct(dims, 77);
  const builder = new GraphBuilder(graph, 'relevance');
  const start = builder.input(
    'start',
    'float32',
    dims.map((_, i) => `r${i}`),
  );
  const added = addRelevance(builder, graph, {
    facts,
    context: relevanceContext(graph, facts, input, gradientTable),
    composite,
    value: output,
    relevance: start,
    imageAxis: () => 0,
  });
  const map = builder.ops.Mul(added.relevance, builder.scalar(1));
  const layer = added.layers[0];
  const booked: Readonly<Record<string, string>> = layer
    ? { received: layer.received, passed: layer.passed, ...layer.absorbed }
    : {};
  const named = Object.entries(booked).map(([key, value]) => [key, builder.ops.Mul(value, builder.scalar(1))] as const);
  const names = [map, ...named.map(([, name]) => name)];
  const model = modelOf(builder.build(names.map((name) => ({ name, type: 'float32', dims: undefined }))));
  const session = await runtime.createSession(model);
  try {
    const values = await session.run({ [input]: x, start: received }, names);
    const floats = (name: string) => Float32Array.from(values[name]!.data as Float32Array);
    const {
      received: sumReceived,
      passed,
      ...absorbed
    } = Object.fromEntries(named.map(([key, name]) => [key, floats(name)]));
    const sums = sumReceived && passed ? { received: sumReceived, passed } : undefined;
    return { relevance: floats(map), received: received.data, absorbed, sums };
  } finally {
    await session.release();
  }
}

/** One image of a batch, in float64. */
export function imageOf(values: Float32Array, image: number, images = 2): Float64Array {
  const size = values.length / images;
  return Float64Array.from(values.subarray(image * size, (image + 1) * size));
}

export function zeroBias(layerCase: LayerCase): LayerCase {
  const parameters = layerCase.parameters.map((value, i) =>
    i === 1
      ? float32(
          value.dims,
          value.data.map(() => 0),
        )
      : value,
  );
  return { ...layerCase, parameters };
}
