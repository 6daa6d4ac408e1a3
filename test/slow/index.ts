import { activationOperators } from './activations.ts';
import type { Array64, SlowOperator } from './array64.ts';
import { attentionOperators } from './attention.ts';
import { convolutionOperators } from './convolution.ts';
import { creationOperators } from './creation.ts';
import { elementwiseOperators } from './elementwise.ts';
import { indexingOperators } from './indexing.ts';
import { matrixOperators } from './matrix.ts';
import { normalizationOperators } from './normalization.ts';
import { poolingOperators } from './pooling.ts';
import { quantizationOperators } from './quantization.ts';
import { recurrentOperators } from './recurrent.ts';
import { reductionOperators } from './reduction.ts';
import { resizeOperators } from './resize.ts';
import { shapeOperators } from './shape.ts';

export type { Array64, SlowAttributes, SlowOperator } from './array64.ts';
export { SlowOperatorError } from './array64.ts';

/** Operators that say themselves which outputs are integers, or whose outputs are none. */
const ownTypes: ReadonlySet<string> = new Set([
  ...['And', 'Equal', 'Greater', 'GreaterOrEqual', 'IsInf', 'IsNaN', 'Less', 'LessOrEqual', 'Not', 'Or', 'Xor'],
  ...['ArgMax', 'ArgMin', 'Cast', 'CastLike', 'DequantizeLinear', 'QuantizeLinear', 'DynamicQuantizeLinear'],
  ...['NonZero', 'Shape', 'Size', ...Object.keys(creationOperators).filter((name) => name !== 'Range')],
]);

/** Where the type of the first output is not that of input 0. */
const typeGiver: Readonly<Record<string, number>> = { Where: 1 };

/** ONNX's common case: the first output (Split: every output) has the element type of the first input. */
function typed(name: string, operator: SlowOperator): SlowOperator {
  if (ownTypes.has(name)) return operator;
  return (inputs, attributes, outputCount) => {
    const integerType = inputs[typeGiver[name] ?? 0]?.integerType;
    const outputs = operator(inputs, attributes, outputCount);
    if (integerType === undefined) return outputs;
    return outputs.map((output, k): Array64 => (k === 0 || name === 'Split' ? { ...output, integerType } : output));
  };
}

/** Float64 versions of ONNX operators of opset 21 (and 22 to 24 where they add one), straight from their definitions. */
export const slowOperators: Readonly<Record<string, SlowOperator>> = Object.fromEntries(
  Object.entries({
    ...activationOperators,
    ...attentionOperators,
    ...convolutionOperators,
    ...creationOperators,
    ...elementwiseOperators,
    ...indexingOperators,
    ...matrixOperators,
    ...normalizationOperators,
    ...poolingOperators,
    ...quantizationOperators,
    ...recurrentOperators,
    ...reductionOperators,
    ...resizeOperators,
    ...shapeOperators,
  }).map(([name, operator]) => [name, typed(name, operator)]),
);
