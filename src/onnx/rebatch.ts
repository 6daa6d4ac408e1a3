import type { Facts } from './facts.ts';
import type { Graph, Node, ValueInfo } from './graph.ts';
import { GraphBuilder } from './graphBuilder.ts';
import { toNumbers } from './tensor.ts';

/**
 * Frees a batch dimension that a model spells out: its inputs and outputs get a symbolic first dimension, and constant
 * targets of Reshape, Expand and ConstantOfShape that begin with the batch follow it. Whether the result really treats
 * the rows of a batch apart has to be proved by running it.
 * @param batch the batch size the model was made for; `facts` are of a run at that size.
 * @param input the image input, whose first dimension is the batch.
 */
export function freeBatch(graph: Graph, input: string, batch: number, facts: Facts): Graph {
  const free = (value: ValueInfo): ValueInfo => {
    const dims = facts.get(value.name)?.dims;
    const [first, ...rest] = dims ?? [];
    if (first !== batch) return value;
    return { name: value.name, type: facts.get(value.name)?.type, dims: ['batch', ...rest] };
  };
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'batch');
  for (const node of graph.nodes) builder.append(freeTarget(node, builder, input, batch, facts));
  const freed = builder.build(graph.outputs.map(free));
  return { ...freed, inputs: graph.inputs.map((value) => (value.name === input ? free(value) : value)) };
}

function freeTarget(node: Node, builder: GraphBuilder, input: string, batch: number, facts: Facts): Node {
  const at = node.op === 'Reshape' || node.op === 'Expand' ? 1 : node.op === 'ConstantOfShape' ? 0 : undefined;
  const target = at === undefined ? undefined : facts.get(node.inputs[at] ?? '')?.constant;
  if (at === undefined || !target || node.domain !== '') return node;
  const [first, ...rest] = toNumbers(target);
  if (first !== batch || rest.length === 0) return node;
  const withTarget = (name: string): Node => ({
    ...node,
    inputs: node.inputs.map((old, i) => (i === at ? name : old)),
  });
  if (node.op === 'Reshape') {
    // 0 takes the size over from the reshaped value; where nothing else is open, -1 says the same and more.
    return withTarget(builder.ints([rest.includes(-1) ? 0 : -1, ...rest]));
  }
  const size = builder.add('Shape', [input], { start: 0, end: 1 });
  return withTarget(builder.add('Concat', [size, builder.ints(rest)], { axis: 0 }));
}
