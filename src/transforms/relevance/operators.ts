import { stringOf } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';

/*
 * Kinds of operators, as composites speak of them. A composite places its rules by these and by what a node reads.
 */

/** Operators that put elements elsewhere: what is given to an element goes to where it came from. */
export const rearrangements: ReadonlySet<string> = new Set([
  ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat', 'Split', 'Slice', 'Gather', 'GatherND'],
  ...['GatherElements', 'Expand', 'Tile', 'Identity', 'Dropout', 'Cast', 'CastLike', 'Pad', 'DepthToSpace'],
  ...['SpaceToDepth', 'Trilu', 'Where', 'ReverseSequence', 'Compress'],
]);

/** Writes some elements over with others: what `image[:, 0] = ...` becomes. */
export function overwrites(node: Node): boolean {
  const { op, domain } = node;
  const scatters = domain === '' && (op === 'ScatterElements' || op === 'ScatterND');
  return scatters && stringOf(node, 'reduction', 'none') === 'none';
}

/** Functions of each element by itself. */
export const elementwiseFunctions: ReadonlySet<string> = new Set([
  ...['Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'Shrink', 'Clip', 'Elu', 'Selu', 'Celu', 'Sigmoid', 'Tanh'],
  ...['HardSigmoid', 'HardSwish', 'Softplus', 'Softsign', 'Gelu', 'Mish', 'Swish', 'Erf', 'Exp', 'Log', 'Sqrt', 'Abs'],
  ...[
    'Neg',
    'Pow',
    'Reciprocal',
    'Sin',
    'Cos',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
  ],
  ...['QuantizeLinear', 'DynamicQuantizeLinear', 'DequantizeLinear'],
]);

export const arithmeticOperators: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Functions whose value, as a factor, says how much of the other factor passes. */
export const gateOperators: ReadonlySet<string> = new Set(['Sigmoid', 'HardSigmoid', 'Softmax', 'Reciprocal']);

/** Of each window, axis or set of inputs the largest (smallest). */
export const selections: ReadonlySet<string> = new Set([
  ...['MaxPool', 'GlobalMaxPool', 'ReduceMax', 'ReduceMin', 'Max', 'Min', 'MaxUnpool', 'TopK'],
]);

/** Sums and means, with weights that no training chose. */
export const sums: ReadonlySet<string> = new Set([
  ...['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'ReduceSum', 'Mean', 'Sum', 'Add', 'Sub', 'CumSum'],
  ...['BatchNormalization', 'Resize'],
]);

/** Those of them in which every term counts with the same positive weight. */
export const positiveSums: ReadonlySet<string> = new Set([
  ...['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'ReduceSum', 'Mean', 'Sum', 'Add'],
]);

export const convolutions: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose']);
export const matrixProducts: ReadonlySet<string> = new Set(['Gemm', 'MatMul', 'Einsum']);
