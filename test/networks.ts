import { create } from '@bufbuild/protobuf';
import { type GraphProto, GraphProtoSchema, type ModelProto, ModelProtoSchema } from 'onnx-buf';
import type { Classifier } from '../src/model/classifier.ts';
import { type LoadOptions, loadClassifier } from '../src/model/loadClassifier.ts';
import type { ElementType } from '../src/onnx/elementType.ts';
import type { Graph, Model, Node, ValueInfo } from '../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../src/onnx/graphBuilder.ts';
import { float32, rows, type Tensor } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { floatOutputOf } from '../src/runtime/runtime.ts';
import { cpu } from './runtimes.ts';

/* What tests make their tiny networks of. */

export function modelOf(graph: Graph, opset = 21): Model {
  return { irVersion: 10, opset, domains: new Map(), producer: 'test', metadata: new Map(), graph };
}

/** A graph written out. */
export function graphOf(parts: {
  readonly inputs: readonly ValueInfo[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly Node[];
  /** Names of what it gives. */
  readonly outputs: readonly string[];
}): Graph {
  const { inputs, constants = {}, nodes, outputs } = parts;
  const initializers = new Map(Object.entries(constants));
  return {
    ...emptyGraph('test'),
    inputs,
    initializers,
    nodes,
    outputs: outputs.map((name) => ({ name, type: undefined, dims: undefined })),
  };
}

/** A value as a graph declares it, float32 by default. */
export function value(name: string, dims: ValueInfo['dims'], type: ElementType = 'float32'): ValueInfo {
  return { name, type, dims };
}

/** A model built node by node; `build` returns the name of its output. */
export function built(
  input: ValueInfo,
  outputDims: ValueInfo['dims'],
  build: (builder: GraphBuilder, input: string) => string,
): Model {
  const builder = new GraphBuilder(emptyGraph('test'), 'test');
  builder.input(input.name, input.type!, input.dims);
  const output = build(builder, input.name);
  builder.append(node('Identity', [output], ['out']));
  return modelOf(builder.build([value('out', outputDims)]));
}

export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: Partial<Node> = {},
): Node {
  return { op, domain: '', name: '', inputs, outputs, attributes: {}, ...more };
}

/** A model message as some exporter might write it: opset 17 and one graph. */
export function message(graph: Partial<GraphProto>): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: { ...create(GraphProtoSchema), ...graph },
  });
}

/** Weights that are different everywhere and always the same. */
export function weights(dims: readonly number[], seed = 1): Tensor<'float32'> {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return float32(
    dims,
    Array.from({ length: size }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233)),
  );
}

/** [n, features] -> [n, classes], by fixed weights. */
export function dense(builder: GraphBuilder, x: string, features: number, classes: number): string {
  return builder.ops.MatMul(x, builder.constant(weights([features, classes])));
}

export function load(model: Model, options: Partial<LoadOptions> = {}): Promise<Classifier> {
  return loadClassifier(writeModel(model), { runtime: cpu, ...options });
}

/** Images of the model's input, each different, in no hurry to be pixels. */
export function images(count: number, dims: readonly number[]): Tensor<'float32'> {
  return weights([count, ...dims], 3);
}

/** The outputs of the model as it is, for images given `batch` at a time. */
export async function originalOutputs(model: Model, batch: number, all: Tensor<'float32'>): Promise<Float32Array[]> {
  const session = await cpu.createSession(model);
  const count = all.dims[0]!;
  const outputs: Float32Array[] = [];
  for (let from = 0; from < count; from += batch) {
    const values = await session.run({ [model.graph.inputs[0]!.name]: rows(all, from, from + batch) });
    const { data } = floatOutputOf(values, model.graph.outputs[0]!.name);
    const width = data.length / batch;
    for (let i = 0; i < batch; i++) outputs.push(data.slice(i * width, (i + 1) * width));
  }
  await session.release();
  return outputs;
}

/** A convolution of [n, 1, 8, 8] to [n, 3, 4, 4], and what comes after. */
export function convolvedModel(output: string, end: (builder: GraphBuilder, convolved: string) => string): Model {
  const builder = new GraphBuilder(emptyGraph('test'), 'test');
  builder.input('x', 'float32', ['n', 1, 8, 8]);
  const kernel = builder.constant(weights([3, 1, 3, 3]));
  const convolved = builder.add('Conv', ['x', kernel], { pads: [1, 1, 1, 1], strides: [2, 2] });
  builder.append(node('Identity', [end(builder, convolved)], [output]));
  return modelOf(builder.build([value(output, undefined)]));
}
