import { describeNode, type Graph, type Node, reads } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { addGradients } from '../gradient/gradient.ts';
import { type RuleAnswer, rule } from '../gradient/rule.ts';
import { type Composite, type PlacedRule, place } from './composite.ts';
import type { RelevanceContext } from './context.ts';
import { gradientAnswer } from './layer.ts';
import type { Absorption } from './rule.ts';
import type { Facts } from '../../onnx/facts.ts';

export interface RelevanceRequest {
  readonly facts: Facts;
  readonly context: RelevanceContext;
  readonly composite: Composite;
  /** The explained value, and the name of the relevance to start from, in its shape. */
  readonly value: string;
  readonly relevance: string;
  /** The axis of a value along which images lie; undefined where there is none, and its layer cannot be booked. */
  readonly imageAxis: (name: string) => number | undefined;
}

export interface AddedRelevance {
  /** Of the input, in its shape. */
  readonly relevance: string;
  /** From the explained value back to the input; only layers that can lose relevance. */
  readonly layers: readonly BookedLayer[];
  readonly placed: readonly PlacedRule[];
}

/** One layer's account: names of values [images]. A cause that does not occur has none. */
export interface BookedLayer {
  readonly layer: string;
  readonly operator: string;
  readonly rule: string;
  readonly received: string;
  readonly passed: string;
  readonly absorbed: Readonly<Partial<Record<Absorption, string>>>;
}

/**
 * Adds the relevance pass to a graph: the gradient engine walks and adds up, each node answers with its composite's rule.
 * @throws RelevanceRefusedError where the composite leaves a node without a rule that applies.
 */
export function addRelevance(builder: GraphBuilder, graph: Graph, request: RelevanceRequest): AddedRelevance {
  const { facts, context, composite, value, relevance, imageAxis } = request;
  const placed = place(composite, nodesBetween(graph, value, context), context);
  const layers: BookedLayer[] = [];
  const answers = new Map([...placed].map(([node, at]) => [node, answerOf(at, layers, imageAxis)]));
  const totals = addGradients(builder, {
    facts,
    seeds: new Map([[value, relevance]]),
    wrt: [context.input],
    table: context.table,
    answerFor: (node) => answers.get(node),
  });
  return { relevance: totals.get(context.input) ?? '', layers, placed: [...placed.values()] };
}

/** The nodes on the way from the input to a value, in the graph's order. */
function nodesBetween({ nodes }: Graph, value: string, { isData }: RelevanceContext): Node[] {
  const needed = new Set([value]);
  const between = nodes.toReversed().filter((node) => {
    const wanted = node.outputs.some((output) => needed.has(output) && isData(output));
    if (wanted) for (const name of reads(node)) needed.add(name);
    return wanted;
  });
  return between.reverse();
}

function answerOf(
  { layer, rule: { name, pass, conserves } }: PlacedRule,
  layers: BookedLayer[],
  imageAxis: (name: string) => number | undefined,
): RuleAnswer {
  const { node } = layer;
  const own = gradientAnswer(layer);
  const quantizes = typeof own !== 'string' && own.quantizes === true;
  const answer = rule((call) => {
    const [y = ''] = node.outputs;
    const absorbed = new Map<Absorption, string[]>();
    const axis = imageAxis(y);
    const books = conserves !== true && axis !== undefined;
    const relevances = pass({
      layer,
      call,
      relevance: call.dy,
      absorb: (cause, value) => {
        if (books) absorbed.set(cause, [...(absorbed.get(cause) ?? []), value]);
      },
    });
    if (books) {
      const sum = (value: string, like: string) => sumByImage(call.builder, value, call.dims(like), imageAxis(like));
      const total = (values: readonly string[]) => addUp(call.builder, values);
      const passed = relevances.map(({ input, value }) => sum(value, node.inputs[input] ?? ''));
      layers.push({
        layer: describeNode(node),
        operator: node.op,
        rule: name,
        received: sum(call.dy, y),
        passed: passed.length === 0 ? call.ops.Mul(sum(call.dy, y), call.builder.scalar(0)) : total(passed),
        absorbed: Object.fromEntries(
          [...absorbed].map(([cause, values]) => [cause, total(values.map((value) => sum(value, y)))]),
        ),
      });
    }
    return node.inputs.map((_, i) => {
      const found = relevances.find(({ input }) => input === i);
      return found && (() => found.value);
    });
  });
  return quantizes ? { ...answer, quantizes } : answer;
}

/** The sum over everything but the images: [images]. */
function sumByImage(builder: GraphBuilder, value: string, dims: readonly number[], axis: number | undefined): string {
  const others = dims.flatMap((_, i) => (i === axis ? [] : [i]));
  return others.length === 0 ? value : builder.add('ReduceSum', [value, builder.ints(others)], { keepdims: 0 });
}

function addUp(builder: GraphBuilder, values: readonly string[]): string {
  const [first = '', second] = values;
  return second === undefined ? first : builder.ops.Sum(...values);
}
