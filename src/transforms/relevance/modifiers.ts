import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import type { RelevanceContext } from './context.ts';

/** How a rule changes the values a layer reads before the layer is computed again. */
export interface InputModifier {
  readonly name: string;
  /** Adds the nodes that compute the changed value, in the same shape. */
  readonly add: (builder: GraphBuilder, value: string, context: RelevanceContext) => string;
  /** Where the changed value is the value itself: no nodes are needed. */
  readonly keeps?: (value: string, context: RelevanceContext) => boolean;
  /** Where the changed value is 0 everywhere: the whole part is left out. */
  readonly vanishes?: (value: string, context: RelevanceContext) => boolean;
}

/** How a rule changes weights and biases, element by element; they are constants. */
export interface ParameterModifier {
  readonly name: string;
  readonly of: (value: number) => number;
}

/** x */
export const input: InputModifier = { name: 'x', add: (_builder, value) => value, keeps: () => true };

/** max(x, 0) */
export const positiveInput: InputModifier = {
  name: 'x+',
  add: (builder, value) => builder.add('Relu', [value]),
  keeps: (value, { isNonNegative }) => isNonNegative(value),
};

/** min(x, 0) */
export const negativeInput: InputModifier = {
  name: 'x-',
  add: (builder, value) => builder.ops.Min(value, builder.scalar(0)),
  vanishes: (value, { isNonNegative }) => isNonNegative(value),
};

/** 1 everywhere. */
export const onesInput: InputModifier = {
  name: '1',
  add: (builder, value) =>
    builder.add('ConstantOfShape', [builder.add('Shape', [value])], { value: float32([1], [1]) }),
};

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
function boundAt(builder: GraphBuilder, value: string, context: RelevanceContext, bounds: Bounds) {
  const { ops } = builder;
  const like = (tensor: Tensor<'float32'>, name: string) =>
    ops.Expand(builder.constant(tensor, name), builder.add('Shape', [context.input]));
  if (value === context.input) return { low: like(bounds.low, 'low'), high: like(bounds.high, 'high') };
  const at = (bound: Tensor<'float32'>, name: string) => carried(builder, value, context, like(bound, name));
  const [one, other] = [at(bounds.low, 'low'), at(bounds.high, 'high')];
  // What lies between may turn the sign.
  return { low: ops.Min(one, other), high: ops.Max(one, other) };
}

/** A value computed again from another input. */
function carried(builder: GraphBuilder, value: string, context: RelevanceContext, from: string): string {
  if (value === context.input) return from;
  const node = context.producerOf(value);
  if (!node || !context.isData(value)) return value;
  const inputs = node.inputs.map((name) => (context.isData(name) ? carried(builder, name, context, from) : name));
  const { proto: _, ...plain } = node;
  const outputs = node.outputs.map((name) => (name === '' ? '' : builder.fresh(`${node.op} of bound`)));
  builder.append({ ...plain, name: outputs[0] ?? '', inputs, outputs });
  return outputs[node.outputs.indexOf(value)] ?? '';
}

export const unchanged: ParameterModifier = { name: 'w', of: (value) => value };
export const positive: ParameterModifier = { name: 'w+', of: (value) => Math.max(value, 0) };
export const negative: ParameterModifier = { name: 'w-', of: (value) => Math.min(value, 0) };
export const zero: ParameterModifier = { name: '0', of: () => 0 };
export const one: ParameterModifier = { name: '1', of: () => 1 };
export const squared: ParameterModifier = { name: 'w^2', of: (value) => value * value };

/** w + factor part(w) */
export function plus(factor: number, part: ParameterModifier): ParameterModifier {
  return { name: `w + ${factor} ${part.name}`, of: (value) => value + factor * part.of(value) };
}

/** The tensor with every element changed. */
export function modified({ of }: ParameterModifier, { dims, data }: Tensor<'float32'>): Tensor<'float32'> {
  return float32(dims, data.map(of));
}
