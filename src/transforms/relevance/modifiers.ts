import type { Additions } from '../../onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import type { RelevanceContext } from './context.ts';

/** How a relevance rule changes the values a layer reads before the layer is computed again. */
export interface InputModifier {
  readonly name: string;
  /** Adds the nodes that compute the changed value, in the same shape. */
  readonly add: (builder: Additions, value: string, context: RelevanceContext) => string;
  /** Where the changed value is the value itself: no nodes are needed. */
  readonly keeps?: (value: string, context: RelevanceContext) => boolean;
  /** Where the changed value is 0 everywhere: the whole part is left out. */
  readonly vanishes?: (value: string, context: RelevanceContext) => boolean;
}

/** How a relevance rule changes weights and biases, element by element; they are constants. */
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

export const unchanged: ParameterModifier = { name: 'w', of: (value) => value };
export const positive: ParameterModifier = { name: 'w+', of: (value) => Math.max(value, 0) };
export const negative: ParameterModifier = { name: 'w-', of: (value) => Math.min(value, 0) };
export const zero: ParameterModifier = { name: '0', of: () => 0 };
export const one: ParameterModifier = { name: '1', of: () => 1 };
/** 1 where there is a weight. */
export const present: ParameterModifier = { name: 'w != 0', of: (value) => (value === 0 ? 0 : 1) };
export const squared: ParameterModifier = { name: 'w^2', of: (value) => value * value };

/** w + factor part(w) */
export function plus(factor: number, part: ParameterModifier): ParameterModifier {
  return { name: `w + ${factor} ${part.name}`, of: (value) => value + factor * part.of(value) };
}

/** The tensor with every element changed. */
export function modified({ of }: ParameterModifier, { dims, data }: Tensor<'float32'>): Tensor<'float32'> {
  return float32(dims, data.map(of));
}
