import { fromStart, intOf } from './attributes.ts';
import type { Facts } from './facts.ts';
import type { Graph, Node } from './graph.ts';
import { GraphBuilder } from './graphBuilder.ts';
import { outputOf } from './graphView.ts';
import { prune } from './prune.ts';
import { int64, sizeOf, toNumbers } from './tensor.ts';

/** The members of sequences that are known, by the sequence's name. */
type Lists = Map<string, readonly string[]>;

/**
 * Takes sequences apart that have a known number of members, at known positions: exporters write a split or a stack of
 * tensors so. SplitToSequence becomes Split, ConcatFromSequence becomes Concat, SequenceAt the member itself. Sequences that
 * a loop fills stay.
 * @param graph in opset 13 or later; `facts` are of a run of it.
 * @returns the same graph where there is nothing to take apart.
 */
export function unpackSequences(graph: Graph, facts: Facts): Graph {
  if (!graph.nodes.some(({ op, domain }) => domain === '' && (op.includes('Sequence') || op.startsWith('Optional')))) {
    return graph;
  }
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'sequence');
  const lists: Lists = new Map();
  const optionals = new Map<string, string>();
  for (const written of graph.nodes) {
    const node = { ...written, inputs: written.inputs.map((name) => optionals.get(name) ?? name) };
    if (node.op === 'Optional' && node.inputs[0]) optionals.set(outputOf(node), node.inputs[0]);
    const members = membersOf(node, lists, builder, facts);
    if (members) for (const output of node.outputs) lists.set(output, members);
    const tensor = tensorOf(node, lists, builder, facts);
    // Nodes whose results are not read any more are pruned; those that loops read stay.
    builder.append(
      tensor === undefined
        ? written
        : { op: 'Identity', domain: '', name: node.name, inputs: [tensor], outputs: node.outputs, attributes: {} },
    );
  }
  const kept = graph.inputs.map(({ name }) => name);
  return prune(builder.build(), graph.outputs, kept);
}

function numberOf(name: string | undefined, facts: Facts): number | undefined {
  const constant = name ? facts.get(name)?.constant : undefined;
  return constant && sizeOf(constant.dims) === 1 ? toNumbers(constant)[0] : undefined;
}

/** The members of the sequence that a node makes; undefined where it makes none, or it is not known of what. */
function membersOf(node: Node, lists: Lists, builder: GraphBuilder, facts: Facts): readonly string[] | undefined {
  const [input = '', second, third] = node.inputs;
  const list = lists.get(input);
  switch (node.domain === '' ? node.op : '') {
    case 'SequenceConstruct':
      return node.inputs;
    case 'SequenceEmpty':
      return [];
    case 'Identity':
    case 'OptionalGetElement':
      return list;
    case 'SequenceInsert': {
      const at = third ? numberOf(third, facts) : list?.length;
      if (!list || at === undefined || second === undefined) return undefined;
      return list.toSpliced(at < 0 ? at + list.length : at, 0, second);
    }
    case 'SequenceErase': {
      const at = second ? numberOf(second, facts) : -1;
      return list && at !== undefined ? list.toSpliced(at < 0 ? at + list.length : at, 1) : undefined;
    }
    case 'SplitToSequence':
      return splitInto(node, builder, facts);
    default:
      return undefined;
  }
}

/** A tensor of known parts in place of what a node takes from a sequence; undefined where it takes nothing known. */
function tensorOf(node: Node, lists: Lists, builder: GraphBuilder, facts: Facts): string | undefined {
  const [input = ''] = node.inputs;
  if (node.op === 'OptionalGetElement' && node.domain === '') return lists.has(input) ? undefined : input;
  const list = lists.get(input);
  if (!list) return undefined;
  switch (node.domain === '' ? node.op : '') {
    case 'SequenceAt': {
      const at = numberOf(node.inputs[1], facts);
      return at === undefined ? undefined : list.at(at);
    }
    case 'SequenceLength':
      return builder.int(list.length);
    case 'ConcatFromSequence': {
      const axis = intOf(node, 'axis', 0);
      const stacked = intOf(node, 'new_axis', 0) === 1;
      const parts = stacked ? list.map((name) => builder.ops.Unsqueeze(name, builder.ints([axis]))) : list;
      return parts.length === 0 ? undefined : builder.add('Concat', parts, { axis });
    }
    default:
      return undefined;
  }
}

function splitInto(node: Node, builder: GraphBuilder, facts: Facts): readonly string[] | undefined {
  const [input = '', split = ''] = node.inputs;
  const dims = facts.get(input)?.dims;
  const given = split === '' ? undefined : facts.get(split)?.constant;
  if (!dims || (split !== '' && !given)) return undefined;
  const axis = intOf(node, 'axis', 0);
  const size = dims[fromStart(axis, dims.length)] ?? 0;
  const sizes =
    given && given.dims.length > 0 ? toNumbers(given) : equalParts(size, given ? (toNumbers(given)[0] ?? 1) : 1);
  if (sizes.length === 0) return undefined;
  const parts = builder.addMany('Split', [input, builder.constant(int64(sizes), 'sizes')], sizes.length, { axis });
  const squeezed = split === '' && intOf(node, 'keepdims', 1) === 0;
  return squeezed ? parts.map((part) => builder.add('Squeeze', [part, builder.ints([axis])])) : parts;
}

/** Parts of one size, the last one smaller where it does not divide. */
function equalParts(size: number, part: number): readonly number[] {
  return Array.from({ length: Math.ceil(size / part) }, (_, i) => Math.min(part, size - i * part));
}
