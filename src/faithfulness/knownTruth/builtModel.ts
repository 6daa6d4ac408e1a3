import type { Model } from '../../onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../onnx/graphBuilder.ts';

/** Adds a network's nodes: from the input's name to that of the scores. */
export type AddNetwork = (builder: GraphBuilder, input: string) => string;

/** A model of one image input `input` [N, ...dims] and one row of scores [N, classes]. */
export function builtModel(name: string, dims: readonly number[], classes: number, add: AddNetwork): Model {
  const builder = new GraphBuilder(emptyGraph(name), 'network');
  const scores = add(builder, builder.input('input', 'float32', ['N', ...dims]));
  return {
    irVersion: 10,
    opset: 21,
    domains: new Map(),
    producer: 'konkyo',
    metadata: new Map(),
    graph: builder.build([{ name: scores, type: 'float32', dims: ['N', classes] }]),
  };
}
