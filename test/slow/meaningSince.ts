import { vector } from './array64.ts';
import type { SlowNode } from './evaluate.ts';
import { slowOperators } from './index.ts';

const since = (opset: number, ...names: readonly string[]): readonly (readonly [string, number])[] =>
  names.map((name) => [name, opset]);

/**
 * The opset from which on an operator's nodes mean what they mean at opset 21: later versions may add types, inputs and
 * attributes with a default that changes nothing. For the names of `axesMoved` this holds after `modernized`.
 */
const meaningSince: ReadonlyMap<string, number> = new Map([
  ...since(
    1,
    'ArgMax',
    'ArgMin',
    'AveragePool',
    'Constant',
    'Conv',
    'ConvTranspose',
    'DepthToSpace',
    'Flatten',
    'Gather',
  ),
  ...since(1, 'GlobalAveragePool', 'GlobalMaxPool', 'Identity', 'LRN', 'LpNormalization', 'MatMul', 'MaxPool', 'Not'),
  ...since(1, 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin'),
  ...since(1, 'ReduceProd', 'ReduceSum', 'ReduceSumSquare', 'Shape', 'Size', 'Softplus', 'Softsign', 'SpaceToDepth'),
  ...since(1, 'Squeeze', 'Transpose', 'Unsqueeze'),
  ...since(2, 'GlobalLpPool', 'LpPool'),
  ...since(4, 'Concat'),
  ...since(5, 'Reshape'),
  ...since(6, 'Abs', 'Cast', 'Ceil', 'Elu', 'Exp', 'Floor', 'HardSigmoid', 'InstanceNormalization', 'LeakyRelu', 'Log'),
  ...since(6, 'Mean', 'Neg', 'Reciprocal', 'Relu', 'Selu', 'Sigmoid', 'Sqrt', 'Sum', 'Tanh', 'Tile', 'Max', 'Min'),
  ...since(7, 'Dropout', 'Acos', 'Add', 'And', 'Asin', 'Atan', 'Cos', 'Div', 'Equal', 'Gemm', 'Greater', 'Less'),
  ...since(7, 'Mul', 'Or', 'PRelu', 'Pow', 'Sin', 'Sub', 'Tan', 'Xor'),
  ...since(8, 'Expand'),
  ...since(
    9,
    'BatchNormalization',
    'Acosh',
    'Asinh',
    'Atanh',
    'Compress',
    'ConstantOfShape',
    'Cosh',
    'Erf',
    'EyeLike',
    'IsNaN',
    'MaxUnpool',
  ),
  ...since(9, 'MeanVarianceNormalization', 'NonZero', 'OneHot', 'Shrink', 'Sign', 'Sinh', 'Upsample', 'Where'),
  ...since(10, 'DequantizeLinear', 'IsInf', 'Mod', 'QuantizeLinear', 'ReverseSequence', 'Slice', 'ThresholdedRelu'),
  ...since(10, 'TopK'),
  ...since(11, 'BitShift', 'Clip', 'CumSum', 'Det', 'DynamicQuantizeLinear', 'GatherElements', 'GatherND', 'Pad'),
  ...since(11, 'Range', 'Resize', 'Round', 'ScatterElements', 'ScatterND'),
  ...since(12, 'Celu', 'Einsum', 'GreaterOrEqual', 'LessOrEqual'),
  ...since(13, 'Hardmax', 'LogSoftmax', 'Softmax', 'Split'),
  ...since(14, 'HardSwish', 'Trilu'),
  ...since(15, 'CastLike'),
  ...since(17, 'LayerNormalization'),
]);

/** Why a node of opset `opset` is not one that the slow operators can be asked about; `undefined` where it is. */
export function whyOutOfScope(op: string, opset: number): string | undefined {
  if (slowOperators[op] === undefined) return `no slow ${op}`;
  const first = meaningSince.get(op) ?? 21;
  return opset < first ? `${op} of opset ${opset} means something else` : undefined;
}

const axesMoved = (op: string): boolean => op.startsWith('Reduce') || op === 'Squeeze' || op === 'Unsqueeze';

/** Where older opsets give `axes` as an attribute, opset 21 has it as input 1: nothing else changes. */
export function modernized(nodes: readonly SlowNode[]): readonly SlowNode[] {
  return nodes.flatMap((node) => {
    const { axes, ...attributes } = node.attributes;
    if (!axesMoved(node.op) || !Array.isArray(axes)) return [node];
    const name = `${node.outputs[0]}/axes`;
    const constant: SlowNode = { op: 'Constant', inputs: [], outputs: [name], attributes: { value: vector(axes) } };
    return [constant, { ...node, inputs: [node.inputs[0] ?? '', name], attributes }];
  });
}
