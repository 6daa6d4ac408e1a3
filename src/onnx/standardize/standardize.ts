import type { Facts } from '../facts.ts';
import { describeNode, type Graph, type Node, qualifiedOp, reads, type ValueInfo } from '../graph.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import { inputOf } from '../graphView.ts';
import { nodeCall } from '../nodeCall.ts';
import { is } from '../operators.ts';
import { prune } from '../prune.ts';
import { activationRewritings } from './activations.ts';
import { attentionRewritings } from './attention.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';
import { integerRewritings, quantiserRewritings } from './integers.ts';
import { matrixRewritings } from './matrix.ts';
import { normalizationRewritings } from './normalization.ts';
import { quantizedElementwiseRewritings } from './quantizedElementwise.ts';
import { widened } from './realNumbers.ts';

const computesWithIntegers: Rewritings = { ...integerRewritings, ...quantizedElementwiseRewritings };
const rewritings: Rewritings = {
  ...activationRewritings,
  ...attentionRewritings,
  ...matrixRewritings,
  ...normalizationRewritings,
  ...computesWithIntegers,
};

/** A graph in standard operators. */
export interface Standardized {
  readonly graph: Graph;
  /** The operators that were written in others, each once. */
  readonly written: readonly string[];
  /** Whether operators of integers are among them. */
  readonly integers: boolean;
}

/**
 * Writes operators that no gradient passes through, but which have the same value in standard operators of real numbers, in
 * those: ONNX Runtime's own domain, and arithmetic of 8-bit integers. Whether the value is the same has to be proved by
 * running both.
 * @param graph in opset 21 or later; `facts` are of a run of it.
 * @param image the image input. Where it is of integers, it becomes float32, and real numbers take the integers' place
 * wherever pixels flow.
 */
export function standardize(graph: Graph, facts: Facts, image: string): Standardized {
  const integers = graph.nodes.some((node) => isInteger(node));
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'standard');
  const wanted = new Set([...graph.nodes.flatMap(reads), ...graph.outputs.map(({ name }) => name)]);
  const type = facts.get(image)?.type;
  const real = new Set<string>(type === 'float32' ? [] : [image]);
  const written = new Set<string>();
  let changed = real.size > 0;
  for (const node of graph.nodes) {
    const op = qualifiedOp(node);
    const rewriting = rewritingOf(node, op, integers, real, facts);
    const done =
      rewriting !== undefined &&
      builder.from({ node: describeNode(node), rule: `${op} in standard operators` }, () =>
        putInPlace(builder, node, foreignOf(builder, node, facts, real), wanted, rewriting),
      );
    changed ||= done;
    if (done) {
      if (!Object.hasOwn(quantiserRewritings, op)) written.add(op);
      if (is(node, 'integer product')) for (const output of node.outputs) real.add(output);
    } else if (reads(node).some((name) => real.has(name))) {
      const { node: wide, real: still } = widened(foreignOf(builder, node, facts, real), real);
      builder.append(wide);
      if (still) for (const output of node.outputs) real.add(output);
    } else builder.append(node);
  }
  if (!changed) return { graph, written: [], integers };
  const retyped = (value: ValueInfo): ValueInfo =>
    real.has(value.name) ? { name: value.name, type: 'float32', dims: value.dims } : value;
  const inputs = graph.inputs.map(retyped);
  const outputs = graph.outputs.map(retyped);
  const names = inputs.map(({ name }) => name);
  return { graph: prune({ ...builder.build(outputs), inputs }, outputs, names), written: [...written], integers };
}

function isInteger(node: Node): boolean {
  const op = qualifiedOp(node);
  return op === 'DynamicQuantizeLinear' || Object.hasOwn(computesWithIntegers, op);
}

/** Quantisers are rewritten among integer operators, and where real numbers stand for what they read. */
function rewritingOf(
  node: Node,
  op: string,
  integers: boolean,
  real: ReadonlySet<string>,
  facts: Facts,
): Rewriting | undefined {
  if (!Object.hasOwn(quantiserRewritings, op)) return Object.hasOwn(rewritings, op) ? rewritings[op] : undefined;
  const input = inputOf(node, 0);
  const ofImage = facts.get(input)?.constant === undefined;
  return real.has(input) || (integers && ofImage) || node.domain !== '' ? quantiserRewritings[op] : undefined;
}

function foreignOf(builder: GraphBuilder, node: Node, facts: Facts, real: ReadonlySet<string>): Foreign {
  return {
    ...nodeCall(builder, node),
    facts: (name) => facts.get(name),
    isReal: (name) => real.has(name),
    dims: (name) => facts.get(name)?.dims,
  };
}

/** Adds what a node is written in, under the names of its outputs; false where it has no other form, or gives more. */
function putInPlace(
  builder: GraphBuilder,
  node: Node,
  foreign: Foreign,
  wanted: ReadonlySet<string>,
  rewriting: Rewriting,
): boolean {
  const before = new Set(builder.nodes);
  const results = rewriting(foreign);
  const pairs = node.outputs.flatMap((output, i) =>
    wanted.has(output) ? [{ output, result: results?.[i] ?? '' }] : [],
  );
  if (!results || pairs.some(({ result }) => result === '')) return false;
  const added = builder.nodes.filter((each) => !before.has(each));
  const names = new Map(pairs.map(({ output, result }) => [result, output] as const));
  const named = (name: string) => names.get(name) ?? name;
  for (const each of added) {
    builder.replace(each, { ...each, inputs: each.inputs.map(named), outputs: each.outputs.map(named) });
  }
  return true;
}
