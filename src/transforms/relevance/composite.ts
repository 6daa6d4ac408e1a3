import { describeNode, type Node, qualifiedOp } from '../../onnx/graph.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import type { RelevanceContext } from './context.ts';
import { RelevanceRefusedError, type UnruledNode } from './errors.ts';
import { gradientAnswer, isLinearLayer, type Layer, layerOf } from './layer.ts';
import { overwrites } from './pixelMaps.ts';
import type { RelevanceRule } from './rule.ts';

/** Which relevance rule goes where: the first entry whose predicate holds gives a layer its rule. */
export interface Composite {
  readonly name: string;
  readonly entries: readonly CompositeEntry[];
}

export interface CompositeEntry {
  readonly where: LayerPredicate;
  readonly rule: RelevanceRule;
}

export type LayerPredicate = (layer: Layer) => boolean;

/** A layer and the relevance rule it was given. */
export interface PlacedRule {
  readonly layer: Layer;
  readonly rule: RelevanceRule;
}

/**
 * Gives every node between the input and the explained value its rule.
 * @param nodes those that depend on the input and that the explained value depends on.
 * @throws RelevanceRefusedError naming every node without a rule, or with one that does not apply.
 */
export function place(composite: Composite, nodes: readonly Node[], context: RelevanceContext): Map<Node, PlacedRule> {
  const refused: UnruledNode[] = [];
  const placed = nodes.flatMap((node): [Node, PlacedRule][] => {
    const layer = layerOf(node, context);
    const rule = composite.entries.find(({ where }) => where(layer))?.rule;
    const why = rule ? rule.refuses?.(layer) : whyUnplaced(layer);
    if (rule && why === undefined) return [[node, { layer, rule }]];
    refused.push({ op: qualifiedOp(node), node: describeNode(node), rule: rule?.name, why: why ?? '' });
    return [];
  });
  if (refused.length > 0) {
    throw new RelevanceRefusedError(
      composite.name,
      refused,
      'Give these operators rules in a composite of your own (docs/relevance.md), or use attn-lrp for attention, or a gradient method.',
    );
  }
  return new Map(placed);
}

function whyUnplaced(layer: Layer): string {
  const answer = gradientAnswer(layer);
  return typeof answer === 'string' ? answer : 'the composite has no rule for it';
}

/* Predicates to build composites of. */

/** Any of these operators. */
export function operator(...ops: readonly string[]): LayerPredicate {
  const kind = new Set(ops);
  return ({ node }) => kind.has(qualifiedOp(node));
}

/** Operators that only move or overwrite elements: Reshape, Transpose, Concat, ... */
export const isRearrangement: LayerPredicate = ({ node }) => is(node, 'rearrangement') || overwrites(node);
/** Operators that select elements: max pooling and maxima. */
export const isSelection: LayerPredicate = (layer) => is(layer.node, 'selection');
/** Functions of one element: activations. */
export const isActivation: LayerPredicate = (layer) => is(layer.node, 'elementwise');
/** Convolutions with constant weights, transposed ones too. */
export const isConvolution: LayerPredicate = (layer) => isLinearLayer(layer) && is(layer.node, 'convolution');
/** Matrix products with constant weights. */
export const isDense: LayerPredicate = (layer) => isLinearLayer(layer) && !is(layer.node, 'convolution');
/** Sums, means, and arithmetic with constants. */
export const isSum: LayerPredicate = (layer) =>
  is(layer.node, 'sum') || (is(layer.node, 'arithmetic') && layer.data.length === 1);
/** Several values that depend on the image, multiplied. */
export const isProduct: LayerPredicate = ({ node, data }) =>
  data.length > 1 && (is(node, 'matrix product') || qualifiedOp(node) === 'Mul');

/** Between the pixels and the first trained layer, with elements that are made of one pixel each. */
export const isOfOnePixel: LayerPredicate = ({ pixelMap }) => pixelMap === 'element' || pixelMap === 'permutation';
/** There too: pixels averaged, as for another size. */
export const isMeanOfPixels: LayerPredicate = ({ pixelMap }) => pixelMap === 'mean';

/** A linear layer with none between it and the pixels. */
export const isFirst: LayerPredicate = (layer) => isLinearLayer(layer) && !hasLinearAbove(layer, new Set());

/** Any other node with no linear layer between it and the pixels. */
export const isBeforeFirst: LayerPredicate = (layer) => !isLinearLayer(layer) && !hasLinearAbove(layer, new Set());

function hasLinearAbove({ node, data, context }: Layer, seen: Set<string>): boolean {
  return data.some((i) => {
    const name = inputOf(node, i);
    if (seen.has(name)) return false;
    seen.add(name);
    const producer = context.producerOf(name);
    if (!producer) return false;
    const above = layerOf(producer, context);
    return isLinearLayer(above) || hasLinearAbove(above, seen);
  });
}
