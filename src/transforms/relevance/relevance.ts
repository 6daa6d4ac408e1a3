import type { Facts } from '../../onnx/facts.ts';
import { describeNode, type Graph, reads } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, outputOf, viewOf } from '../../onnx/graphView.ts';
import { addGradients, gradientOrZeros } from '../gradient/gradient.ts';
import { addUp } from '../gradient/gradientValues.ts';
import { type RuleAnswer, rule } from '../gradient/rule.ts';
import { type Composite, type PlacedRule, place } from './composite.ts';
import type { RelevanceContext } from './context.ts';
import { gradientAnswer } from './layer.ts';
import type { Absorption } from './rule.ts';

interface RelevanceRequest {
  readonly facts: Facts;
  readonly context: RelevanceContext;
  readonly composite: Composite;
  /** The explained value, and the name of the relevance to start from, in its shape. */
  readonly value: string;
  readonly relevance: string;
  /** The axis of a value along which images lie; undefined where there is none, and its layer cannot be booked. */
  readonly imageAxis: (name: string) => number | undefined;
}

interface AddedRelevance {
  /** The relevance of the input's elements, in the input's shape. */
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
 * Adds the relevance pass to a graph: the gradient engine walks and adds up, each node answers with the relevance rule of its composite.
 * @throws RelevanceRefusedError where the composite leaves a node without a relevance rule that applies.
 */
export function addRelevance(builder: GraphBuilder, graph: Graph, request: RelevanceRequest): AddedRelevance {
  const { facts, context, composite, value, relevance, imageAxis } = request;
  const between = viewOf(graph).upstream([value], (node) => reads(node).filter(context.isData));
  const placed = place(composite, between, context);
  const layers: BookedLayer[] = [];
  // What one layer passes is what the next receives, unless something lies between: summed once.
  const sums = new Map<string, string>();
  const sumByImage: SumByImage = (value, like) => {
    const known = sums.get(value) ?? sumOver(builder, value, context.facts(like).dims.length, imageAxis(like));
    sums.set(value, known);
    return known;
  };
  const answers = new Map(
    [...placed].map(([node, at]) => {
      const summed = [outputOf(node), ...at.layer.data.map((i) => inputOf(node, i))];
      const books = at.rule.conserves?.(at.layer) !== true && summed.every((name) => imageAxis(name) !== undefined);
      return [node, answerOf(at, books ? { layers, sumByImage } : undefined)];
    }),
  );
  const totals = addGradients(builder, {
    facts,
    seeds: new Map([[value, relevance]]),
    wrt: [context.input],
    table: context.table,
    answerFor: (node) => answers.get(node),
  });
  return { relevance: gradientOrZeros(builder, totals, context.input), layers, placed: [...placed.values()] };
}

/** Adds the sum of a value over everything but images, [images]; they lie in it as in the value `like`. */
type SumByImage = (value: string, like: string) => string;

interface Book {
  readonly layers: BookedLayer[];
  readonly sumByImage: SumByImage;
}

function answerOf({ layer, rule: { name, pass } }: PlacedRule, book: Book | undefined): RuleAnswer {
  const { node } = layer;
  const own = gradientAnswer(layer);
  const { quantizes = false, constants = [] } = typeof own === 'string' ? {} : own;
  const answer = rule((call) => {
    const y = outputOf(node);
    const absorbed = new Map<Absorption, string[]>();
    const relevances = pass({
      layer,
      call,
      relevance: call.dy,
      absorb: (cause, value) => {
        if (book) absorbed.set(cause, [...(absorbed.get(cause) ?? []), value]);
      },
    });
    if (book) {
      const total = (values: readonly string[]) => addUp(call.builder, values);
      const received = book.sumByImage(call.dy, y);
      const passed = relevances.map(({ input, value }) => book.sumByImage(value, inputOf(node, input)));
      book.layers.push({
        layer: describeNode(node),
        operator: node.op,
        rule: name,
        received,
        passed: passed.length === 0 ? call.ops.Mul(received, call.builder.scalar(0)) : total(passed),
        absorbed: Object.fromEntries(
          [...absorbed].map(([cause, values]) => [cause, total(values.map((value) => book.sumByImage(value, y)))]),
        ),
      });
    }
    return node.inputs.map((_, i) => {
      const found = relevances.find(({ input }) => input === i);
      return found && (() => found.value);
    });
  });
  return { ...answer, quantizes, constants };
}

function sumOver(builder: GraphBuilder, value: string, rank: number, kept: number | undefined): string {
  const axes = Array.from({ length: rank }, (_, i) => i).filter((axis) => axis !== kept);
  return axes.length === 0 ? value : builder.add('ReduceSum', [value, builder.ints(axes)], { keepdims: 0 });
}
