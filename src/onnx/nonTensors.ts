import { type Graph, type Node, subgraphs, type ValueInfo } from './graph.ts';
import { is } from './operators.ts';

/**
 * The values of a graph that are no tensors: sequences, optionals, maps. ONNX Runtime computes with them, but its
 * JavaScript packages do not give them out.
 * @param outer those of the names that a subgraph's inputs and surroundings have.
 */
export function nonTensorNames(graph: Graph, outer: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const found = new Set(outer);
  for (const value of [...graph.inputs, ...graph.outputs, ...graph.valueInfo]) {
    if (isDeclaredOther(value)) found.add(value.name);
  }
  const ofOptional = new Map<string, string>();
  for (const node of graph.nodes) {
    const [input = ''] = node.inputs;
    if (node.op === 'Optional') for (const output of node.outputs) ofOptional.set(output, input);
    for (const output of outputsThatAreNot(node, found, ofOptional)) found.add(output);
  }
  return found;
}

function isDeclaredOther({ proto }: ValueInfo): boolean {
  const kind = proto?.type?.value.case;
  return kind === 'sequenceType' || kind === 'optionalType' || kind === 'mapType';
}

function outputsThatAreNot(
  node: Node,
  found: ReadonlySet<string>,
  ofOptional: ReadonlyMap<string, string>,
): readonly string[] {
  const [input = ''] = node.inputs;
  const named = node.domain === '' ? node.op : `${node.domain}::${node.op}`;
  // Every output is a sequence, an optional or a sequence of maps.
  if (is(node, 'sequence') || named === 'ai.onnx.ml::ZipMap') return node.outputs;
  switch (named) {
    case 'Identity':
      return found.has(input) ? node.outputs : [];
    case 'OptionalGetElement':
      // The element is what the optional was made of; of a sequence or tensor it is the thing itself.
      return found.has(ofOptional.get(input) ?? input) ? node.outputs : [];
    case 'If':
    case 'Loop':
    case 'Scan':
      return outputsOfSubgraphs(node, found);
    default:
      return [];
  }
}

/** A Loop's body gives its condition first, and takes a counter and the condition before what it carries. */
function outputsOfSubgraphs(node: Node, found: ReadonlySet<string>): readonly string[] {
  const before = node.op === 'Loop' ? 1 : 0;
  return subgraphs(node).flatMap((body) => {
    const carried =
      node.op === 'Loop' ? body.inputs.flatMap(({ name }, i) => (found.has(node.inputs[i] ?? '') ? name : [])) : [];
    const inside = nonTensorNames(body, new Set([...found, ...carried]));
    return node.outputs.filter((_, i) => inside.has(body.outputs[i + before]?.name ?? ''));
  });
}
