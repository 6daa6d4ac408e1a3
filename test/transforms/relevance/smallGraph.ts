import { type AttributeLike, attributes } from '../../../src/onnx/attributes.ts';
import type { Graph } from '../../../src/onnx/graph.ts';
import type { Tensor } from '../../../src/onnx/tensor.ts';
import { graphOf, node, value } from '../../networks.ts';

export interface SmallNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, AttributeLike>>;
}

/** A graph from the input `x` to the last node's output. */
export function smallGraph(x: Tensor, constants: Readonly<Record<string, Tensor>>, nodes: readonly SmallNode[]): Graph {
  return graphOf({
    inputs: [value('x', ['images', ...x.dims.slice(1)])],
    constants,
    nodes: nodes.map(({ op, inputs, output, attributes: given = {} }) =>
      node(op, inputs, [output], { name: output, attributes: attributes(given) }),
    ),
    outputs: [nodes.at(-1)!.output],
  });
}
