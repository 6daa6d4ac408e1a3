import { stringOf } from '../../onnx/attributes.ts';
import { describeNode, type Node } from '../../onnx/graph.ts';
import type { Additions } from '../../onnx/graphBuilder.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { RelevanceContext } from './context.ts';
import type { InputModifier } from './modifiers.ts';
import { dataInputs } from './permutation.ts';
import { isScalingEinsum, overwrites } from './pixelMaps.ts';

/* What the values that a first layer reads lie between, given what the pixels do. */

/** What a layer would read if every pixel had a bound's value: the same for every image. */
export function pixelBound(name: 'low' | 'high', bounds: Bounds): InputModifier {
  return { name, add: (builder, value, context) => boundAt(builder, value, context, bounds)[name] };
}

/** What the model's input lies between; broadcast to it: [1, C, 1, 1] for one number a channel. */
export interface Bounds {
  readonly low: Tensor<'float32'>;
  readonly high: Tensor<'float32'>;
}

/** A first layer's input where all pixels are at their lower, and at their upper bound, in order. */
function boundAt(builder: Additions, value: string, context: RelevanceContext, bounds: Bounds) {
  const { ops } = builder;
  const like = (tensor: Tensor<'float32'>, name: string) =>
    ops.Expand(builder.constant(tensor, name), builder.add('Shape', [context.input]));
  if (value === context.input) return { low: like(bounds.low, 'low'), high: like(bounds.high, 'high') };
  const at = (bound: Tensor<'float32'>, name: string) => carried(builder, value, context, like(bound, name));
  const [one, other] = [at(bounds.low, 'low'), at(bounds.high, 'high')];
  // A factor below 0 on the way from the pixels turns lower and upper bound round.
  return { low: ops.Min(one, other), high: ops.Max(one, other) };
}

/** A value computed again from another input. */
function carried(builder: Additions, value: string, context: RelevanceContext, from: string): string {
  if (value === context.input) return from;
  const node = context.producerOf(value);
  if (!node || !context.isData(value)) return value;
  const inputs = node.inputs.map((name) => (context.isData(name) ? carried(builder, name, context, from) : name));
  // In the image's units, which are what the layers behind it count in: not in those of an image that is all bound.
  if (node.op === 'DynamicQuantizeLinear') return builder.add('QuantizeLinear', [...inputs, ...node.outputs.slice(1)]);
  const { proto: _, ...plain } = node;
  const outputs = node.outputs.map((name) => (name === '' ? '' : builder.fresh(`${node.op} of bound`)));
  const copy = { ...plain, inputs, outputs };
  builder.append({ ...copy, name: outputOf(copy) });
  return outputOf(copy, node.outputs.indexOf(value));
}

/**
 * The node between the pixels and a value that bounds cannot be carried through, described: after it an element need not lie
 * between what all pixels at their lower bound, and all at their upper, would make of it.
 */
export function stopsBounds(value: string, context: RelevanceContext, carries: Carries = monotone): string | undefined {
  const node = context.isData(value) ? context.producerOf(value) : undefined;
  if (!node) return undefined;
  const data = dataInputs(node, context);
  if (node.domain !== '' || !carries(node, data, context)) return describeNode(node);
  const farther = strictest(node, data, context) ?? carries;
  for (const position of data) {
    const found = stopsBounds(inputOf(node, position), context, farther);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Carries = (node: Node, data: readonly number[], context: RelevanceContext) => boolean;

/** What a node asks of all that lies between it and the pixels. */
function strictest(node: Node, data: readonly number[], context: RelevanceContext): Carries | undefined {
  // Elements that fall where others grow have a mean whose ends are not those of the pixels.
  if (context.pixelMapOf(node) === 'mean') return increasing;
  // A sum of functions of one pixel has its ends where the pixel's are if all are affine.
  return isArithmetic(node) && data.length > 1 ? affine : undefined;
}

const isArithmetic = (node: Node) => is(node, 'arithmetic') || node.op === 'Sum' || node.op === 'Mean';

/** Each element grows or falls with one pixel, or is a mean of what does. */
const monotone: Carries = (node, data, context) =>
  (is(node, 'clipping') && data.length === 1 && data[0] === 0) ||
  ((node.op === 'Max' || node.op === 'Min') && data.length === 1) ||
  affine(node, data, context);

const affine: Carries = (node, data, context) => {
  const { op } = node;
  if (is(node, 'rearrangement') || overwrites(node) || op === 'Neg') return true;
  const map = context.pixelMapOf(node);
  if (map === 'mean') return op !== 'Resize' || stringOf(node, 'mode', 'nearest') !== 'cubic';
  if (map === 'permutation' || op === 'BatchNormalization') return map !== undefined;
  if (isScalingEinsum(node, data)) return true;
  if (data.length === 1 && isArithmetic(node)) return op !== 'Div' || data[0] === 0;
  const isProduct = op === 'Mul' || op === 'Div';
  return map === 'element' && isArithmetic(node) && !isProduct;
};

const increasing: Carries = (node, data, context) => {
  const { op } = node;
  const [only = 0, another] = data;
  if (is(node, 'rearrangement') || overwrites(node)) return true;
  if (another !== undefined || !affine(node, data, context)) return false;
  if (op === 'Mul' || op === 'Div') return context.isNonNegative(inputOf(node, 1 - only));
  if (op === 'Einsum') return node.inputs.every((name, i) => i === only || context.isNonNegative(name));
  return ['Add', 'Sum', 'Mean'].includes(op) || (op === 'Sub' && only === 0) || context.pixelMapOf(node) === 'mean';
};
