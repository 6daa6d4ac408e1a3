import { isKonkyoError } from '../../konkyoError.ts';
import { isFloat } from '../../onnx/elementType.ts';
import { UnknownValueError } from '../../onnx/errors.ts';
import { type Facts, factsBy, type ValueFacts } from '../../onnx/facts.ts';
import { describeNode, type Node, qualifiedOp, reads } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { nodesView, outputOf } from '../../onnx/graphView.ts';
import { nodeCall } from '../../onnx/nodeCall.ts';
import { optimize } from '../optimize/optimize.ts';
import type { Rewrite } from '../optimize/rewrite.ts';
import { UnsupportedOperatorsError } from './errors.ts';
import { flowFrom } from './flow.ts';
import { addUp, sumTo, zerosLike } from './gradientValues.ts';
import { type Answer, answerIn, type Call, type GradientTable, type InputGradient, type RuleAnswer } from './rule.ts';
import { gradientTable } from './table.ts';

/** What is differentiated, by what, and with which gradient rules. */
export interface GradientRequest {
  readonly facts: Facts;
  /** For each differentiated value, the name of the gradient to start from, in the value's shape. */
  readonly seeds: ReadonlyMap<string, string>;
  /** The values to differentiate with respect to: graph inputs, initializers or intermediate values. */
  readonly wrt: readonly string[];
  /** By default konkyo's own table; a user's rules are spread over it. */
  readonly table?: GradientTable;
  /** Answers for single nodes, before the table's: how relevance and modified gradients place their rules. */
  readonly answerFor?: (node: Node) => Answer | undefined;
  /** What of the backward pass is written another way that is faster. By default all that konkyo knows. */
  readonly rewrites?: readonly Rewrite[];
}

/** By the names of the values that were differentiated by; undefined where nothing flows to one. */
export type Gradients = ReadonlyMap<string, string | undefined>;

/**
 * Adds the backward pass (reverse-mode differentiation) to a graph.
 * @returns for each value of `wrt` the name of its gradient, in its shape.
 * @throws UnsupportedOperatorsError naming every operator on the way that has no gradient rule.
 * @throws UnknownValueError for a value the graph does not have.
 */
export function addGradients(builder: GraphBuilder, request: GradientRequest): Gradients {
  const { facts, seeds, wrt, table = gradientTable } = request;
  const factsOf = factsBy(facts);
  for (const name of [...wrt, ...seeds.keys()]) factsOf(name);

  const answerTo = (node: Node): Answer => request.answerFor?.(node) ?? answerIn(table, node);
  const path = nodesBetween(builder.nodes, facts, factsOf, wrt, seeds, answerTo);
  const contributions = new Map<string, string[]>([...seeds].map(([value, seed]) => [value, [seed]]));
  const wanted = new Set([...wrt, ...path.flatMap(({ node }) => node.outputs)]);
  const quantized = new Set(path.flatMap((step) => step.quantized));
  const carriesGradient = (value: string) => quantized.has(value) || isFloat(factsOf(value).type);

  const total = (value: string): string | undefined => {
    const parts = contributions.get(value);
    if (!parts) return undefined;
    const sum = addUp(builder, parts);
    contributions.set(value, [sum]);
    return sum;
  };

  const before = builder.nodes.length;
  for (const { node, answer } of path.toReversed()) {
    builder.from({ node: describeNode(node), rule: node.op }, () => {
      const dys = node.outputs.map(total);
      const first = dys.find((dy) => dy !== undefined);
      if (first === undefined) return;
      const gradients = withOpenSizes(node, facts, () => inputGradients(answer, callFor(builder, node, dys, factsOf)));
      node.inputs.forEach((input, i) => {
        const gradient = gradients[i];
        if (!gradient || input === '' || !wanted.has(input) || !carriesGradient(input)) return;
        const contribution = withOpenSizes(node, facts, gradient);
        contributions.set(input, [...(contributions.get(input) ?? []), contribution]);
      });
    });
  }
  const gradients = new Map(wrt.map((value) => [value, total(value)]));
  optimize(builder, before, request.rewrites);
  return gradients;
}

/**
 * The gradient of a value that was differentiated by; zeros in its shape, added now, where nothing flows to it.
 * @throws UnknownValueError for a value that was not.
 */
export function gradientOrZeros(builder: GraphBuilder, gradients: Gradients, value: string): string {
  if (!gradients.has(value)) throw new UnknownValueError(value);
  return gradients.get(value) ?? zerosLike(builder, value);
}

/** Runs a gradient rule. One that needs a size which depends on the image cannot answer: then the node is refused by name. */
function withOpenSizes<T>(node: Node, facts: Facts, make: () => T): T {
  const open = [...node.inputs, ...node.outputs].find((name) => facts.get(name)?.dims.some(Number.isNaN));
  if (open === undefined) return make();
  try {
    return make();
  } catch (cause) {
    // Arrays of NaN elements are RangeErrors; tensors of NaN elements, and NaN in the graph, are konkyo's own.
    const own = isKonkyoError(cause, 'not-a-number') || isKonkyoError(cause, 'argument');
    if (!own && !(cause instanceof RangeError)) throw cause;
    const why = `its gradient needs the size of "${open}", which depends on the image`;
    throw new UnsupportedOperatorsError([{ op: qualifiedOp(node), node: describeNode(node), why }]);
  }
}

interface Step {
  readonly node: Node;
  readonly answer: RuleAnswer;
  /** Outputs whose integers stand for real numbers. */
  readonly quantized: readonly string[];
}

/** The nodes through which a gradient flows from the seeds to `wrt`, in the graph's order. */
function nodesBetween(
  nodes: readonly Node[],
  facts: Facts,
  factsOf: (name: string) => ValueFacts,
  wrt: readonly string[],
  seeds: ReadonlyMap<string, string>,
  answerTo: (node: Node) => Answer,
): Step[] {
  // Nodes that the differentiated values do not need may be newer than the facts (a loss, say).
  const needed = nodesView(nodes).upstream(seeds.keys());
  const { nodes: forward, active, quantized } = flowFrom(wrt, needed, facts, answerTo);
  const between = nodesView(forward).upstream(seeds.keys(), (node) => reads(node).filter((name) => active.has(name)));
  const unsupported = between.flatMap((node) => {
    const why = whyRefused(answerTo(node), node, factsOf);
    return why === undefined ? [] : [{ op: qualifiedOp(node), node: describeNode(node), why }];
  });
  if (unsupported.length > 0) throw new UnsupportedOperatorsError(unsupported);
  return between.flatMap((node) => {
    const answer = answerTo(node);
    return answer.kind === 'rule'
      ? [{ node, answer, quantized: node.outputs.filter((name) => quantized.has(name)) }]
      : [];
  });
}

function whyRefused(answer: Answer, node: Node, facts: (name: string) => ValueFacts): string | undefined {
  if (answer.kind === 'none') return undefined;
  return answer.kind === 'forbidden' ? answer.why : answer.refuses?.(node, facts);
}

/** What a gradient rule sees of a node: also of one that is newer than the facts, if `facts` knows its values. */
export function callFor(
  builder: GraphBuilder,
  node: Node,
  dys: readonly (string | undefined)[],
  facts: (name: string) => ValueFacts,
): Call {
  let current = node;
  return {
    ...nodeCall(builder, node),
    y: node.outputs,
    dy: dys[0] ?? zerosLike(builder, outputOf(node)),
    dys,
    output(index) {
      const existing = current.outputs[index];
      if (existing) return existing;
      const name = builder.fresh(`${node.op}.${index}`);
      const outputs = Array.from({ length: Math.max(index + 1, current.outputs.length) }, (_, i) =>
        i === index ? name : (current.outputs[i] ?? ''),
      );
      const extended = { ...current, outputs };
      builder.replace(current, extended);
      current = extended;
      return name;
    },
    facts,
    dims: (name) => facts(name).dims,
    ofCopy(output, given, known) {
      const copy = builder.nodes.findLast(({ outputs }) => outputs.includes(output));
      if (!copy) throw new UnknownValueError(output);
      return callFor(builder, copy, given, known);
    },
  };
}

/** What a gradient rule gives, each gradient in its input's shape: summed over the axes that the input was broadcast along. */
export function inputGradients({ rule, broadcast }: RuleAnswer, call: Call): readonly InputGradient[] {
  const { builder, dims, node, operand } = call;
  return rule(call).map(
    (gradient, i) =>
      gradient &&
      (() => {
        const own = dims(operand(i));
        return sumTo(builder, gradient(), broadcast?.(own, dims(outputOf(node)), i) ?? own, own);
      }),
  );
}
