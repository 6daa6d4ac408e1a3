import { floatOf } from '../../onnx/attributes.ts';
import { type Facts, factsBy, type ValueFacts } from '../../onnx/facts.ts';
import { type Graph, type Node, reads } from '../../onnx/graph.ts';
import { inputOf, optionalInputOf, viewOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { toNumbers } from '../../onnx/tensor.ts';
import { flowFrom } from '../gradient/flow.ts';
import { answerIn, type GradientTable } from '../gradient/rule.ts';
import { hugeValues } from './extremes.ts';
import { dataInputs, type Known } from './permutation.ts';
import { type PixelMap, pixelMaps } from './pixelMaps.ts';

/** What is known of a graph whose decisions are to be explained: what the predicates of a composite may ask. */
export interface RelevanceContext extends Known {
  readonly input: string;
  readonly table: GradientTable;
  /** Whether a value is at least 0 whatever the pixels are. */
  readonly isNonNegative: (name: string) => boolean;
  /** Whether elements may be infinite, or nearly, through a constant that is: an attention's mask. */
  readonly mayBeHuge: (name: string) => boolean;
  readonly producerOf: (name: string) => Node | undefined;
  /** What a node does to pixels; undefined after the first trained layer, or where it is no map of pixels. */
  readonly pixelMapOf: (node: Node) => PixelMap | undefined;
  /** Whether a value is made of pixels by nothing trained. */
  readonly isOfPixels: (name: string) => boolean;
}

/**
 * Reads off a graph which values depend on the input and which cannot be negative.
 * @param facts of every value of the graph.
 */
export function relevanceContext(graph: Graph, facts: Facts, input: string, table: GradientTable): RelevanceContext {
  const factsOf = factsBy(facts);
  const view = viewOf(graph);
  const passesOn = (node: Node) => answerIn(table, node).kind !== 'none';
  const { active: data } = flowFrom([input], graph.nodes, facts, (node) => answerIn(table, node));
  const nonNegative = new Set([...facts].flatMap(([name, { constant }]) => (isAtLeast0(constant) ? [name] : [])));
  for (const node of graph.nodes) {
    const flows = passesOn(node) && reads(node).some((name) => data.has(name));
    if (flows && givesNonNegative(node, nonNegative)) for (const output of node.outputs) nonNegative.add(output);
  }
  const huge = hugeValues(graph, facts);
  const context = {
    input,
    table,
    facts: factsOf,
    isData: (name: string) => data.has(name),
    isNonNegative: (name: string) => nonNegative.has(name),
    mayBeHuge: (name: string) => huge.has(name),
    producerOf: view.maker,
  };
  const maps = pixelMaps(graph, context);
  const isOfPixels = (name: string) => {
    const producer = view.maker(name);
    return producer ? data.has(name) && maps.has(producer) : name === input;
  };
  return { ...context, pixelMapOf: (node) => maps.get(node), isOfPixels };
}

function isAtLeast0(constant: ValueFacts['constant']): boolean {
  return constant?.type === 'float32' && toNumbers(constant).every((value) => value >= 0);
}

function givesNonNegative(node: Node, known: ReadonlySet<string>): boolean {
  const { op, domain, inputs } = node;
  if (domain !== '') return false;
  if (is(node, 'non-negative')) return op !== 'HardSigmoid' || floatOf(node, 'alpha', 0.2) >= 0;
  const first = inputOf(node, 0);
  const holds = (name: string | undefined, otherwise: boolean) => (name === undefined ? otherwise : known.has(name));
  if (op === 'Clip') return known.has(first) || holds(optionalInputOf(node, 1), false);
  if (op === 'Pad') return known.has(first) && holds(optionalInputOf(node, 2), true);
  if (op === 'Concat' || is(node, 'keeps non-negative')) {
    const values = op.startsWith('Reduce') ? [first] : inputs;
    return values.every((name) => known.has(name));
  }
  return is(node, 'rearrangement') && known.has(first);
}

/**
 * Whether a factor only scales what it is multiplied with: it comes from a squashing function (or a reciprocal, as in
 * normalisation) through nothing but arithmetic with constants and rearrangement.
 */
export function isGate(name: string, context: RelevanceContext): boolean {
  const node = context.producerOf(name);
  if (!node) return false;
  if (is(node, 'gate')) return true;
  const [only, another] = dataInputs(node, context);
  return (
    is(node, 'rearrangement', 'arithmetic') &&
    only !== undefined &&
    another === undefined &&
    isGate(inputOf(node, only), context)
  );
}

/** Whether a value is an elementwise function of another: x sigmoid(x) is an activation, written as a product. */
export function isFunctionOf(name: string, argument: string, context: RelevanceContext): boolean {
  if (name === argument) return true;
  const node = context.producerOf(name);
  if (!node || !is(node, 'elementwise', 'arithmetic')) return false;
  const data = dataInputs(node, context);
  return data.length > 0 && data.every((i) => isFunctionOf(inputOf(node, i), argument, context));
}
