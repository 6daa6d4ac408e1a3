import { create } from '@bufbuild/protobuf';
import { type GraphProto, GraphProtoSchema, type ModelProto, ModelProtoSchema } from 'onnx-buf';
import type { ElementType } from '../../src/onnx/elementType.ts';
import type { Graph, Model, Node, ValueInfo } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';

export function modelOf(graph: Graph, opset = 21): Model {
  return { irVersion: 10, opset, domains: new Map(), producer: 'test', metadata: new Map(), graph };
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
