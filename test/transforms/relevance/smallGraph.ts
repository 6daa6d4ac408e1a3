import { type AttributeLike, attributes } from '../../../src/onnx/attributes.ts';
import type { Graph } from '../../../src/onnx/graph.ts';
import { emptyGraph } from '../../../src/onnx/graphBuilder.ts';
import type { Tensor } from '../../../src/onnx/tensor.ts';

export interface SmallNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, AttributeLike>>;
}

/** A graph from the input `x` to the last node's output. */
export function smallGraph(x: Tensor, constants: Readonly<Record<string, Tensor>>, nodes: readonly SmallNode[]): Graph {
  return {
    ...emptyGraph('small'),
    inputs: [{ name: 'x', type: 'float32', dims: ['images', ...x.dims.slice(1)] }],
    initializers: new Map(Object.entries(constants)),
    nodes: nodes.map(({ op, inputs, output, attributes: given = {} }) => ({
      op,
      domain: '',
      name: output,
      inputs,
      outputs: [output],
      attributes: attributes(given),
    })),
    outputs: [{ name: nodes.at(-1)!.output, type: undefined, dims: undefined }],
  };
}
