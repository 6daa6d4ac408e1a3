import { attributes } from '../onnx/attributes.ts';
import { type Graph, type Node, reads } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';

/**
 * The graph with its nodes once for each part of the batch, for a runtime that executes branches side by side. ONNX Runtime
 * spreads a single operator badly over threads where channels are few; the same operator on a part of the batch in each
 * thread uses them fully. Weights are shared, so their gradients add up by themselves.
 * @param input whose first dimension is the batch; `output` likewise: the parts' outputs one after the other.
 */
export function inBatchParts(graph: Graph, input: string, output: string, parts: number): Graph {
  const dependent = dependentNodes(graph, input);
  const builder = new GraphBuilder(
    { ...graph, nodes: graph.nodes.filter((node) => !dependent.includes(node)) },
    'parts',
  );
  const { ops } = builder;
  const size = builder.add('Shape', [input], { start: 0, end: 1 });
  const border = (i: number) => ops.Div(ops.Mul(size, builder.ints([i])), builder.ints([parts]));
  const borders = Array.from({ length: parts + 1 }, (_, i) => border(i));
  const outputs = Array.from({ length: parts }, (_, i) => {
    const part = builder.add('Slice', [input, borders[i] ?? '', borders[i + 1] ?? '', builder.ints([0])]);
    return appendCopy(builder, dependent, new Map([[input, part]]), i).get(output) ?? output;
  });
  builder.append({
    op: 'Concat',
    domain: '',
    name: output,
    inputs: outputs,
    outputs: [output],
    attributes: attributes({ axis: 0 }),
  });
  return builder.build([{ name: output, type: undefined, dims: undefined }]);
}

/** The nodes that work on the batch. Others (on weights alone) are needed only once. */
function dependentNodes(graph: Graph, input: string): Node[] {
  const values = new Set([input]);
  return graph.nodes.filter((node) => {
    if (!reads(node).some((name) => values.has(name))) return false;
    for (const name of node.outputs) values.add(name);
    return true;
  });
}

/** Adds the nodes under other names. @returns the new names of all values, `renamed` included. */
function appendCopy(
  builder: GraphBuilder,
  nodes: readonly Node[],
  renamed: ReadonlyMap<string, string>,
  part: number,
): ReadonlyMap<string, string> {
  const names = new Map(renamed);
  for (const node of nodes) {
    for (const name of node.outputs) if (name !== '') names.set(name, builder.fresh(`${name}.${part}`));
    const inputs = node.inputs.map((name) => names.get(name) ?? name);
    const outputs = node.outputs.map((name) => names.get(name) ?? name);
    builder.append({ ...node, name: `${node.name}.${part}`, inputs, outputs });
  }
  return names;
}
