import type { Node } from './graph.ts';

/*
 * What others ask of ONNX's standard operators, up to opset 23: a row an operator, operators alike in one line. The gradient
 * table has to answer for each of them: the compiler says which is forgotten.
 */

/** A property that an operator has or has not. */
type OperatorFact =
  /** Gives the sizes of its input, and looks at none of its elements. */
  | 'shape'
  /** Its result depends on the sizes of its inputs alone, drawn or not. */
  | 'of shapes'
  /** Draws new numbers in every run. A seed only says where they begin. */
  | 'random'
  /** Leaves an image's numbers and their order as they are. */
  | 'reshape'
  /** Leaves each element where it is: the shape too. */
  | 'renaming'
  /** Puts elements elsewhere: what is given to an element goes to where it came from. */
  | 'rearrangement'
  /** A rearrangement that may put constants beside what depends on the image. */
  | 'beside'
  /** A rearrangement that fills elements in which come from nowhere, with zeros if nothing else is given. */
  | 'filling'
  /** A function of each element by itself; further inputs are its parameters. */
  | 'elementwise'
  /** An elementwise function that networks have between their layers. */
  | 'activation'
  /** The activations that dense layers are followed by when their weights are pruned; the others are not tried. */
  | 'of dense layers'
  /** 0 or the value itself, up to a bound. Quantisers are clips, but for their rounding. */
  | 'rectifier'
  /** Clips, and may round. */
  | 'clipping'
  /** Flattens out at both ends, where nothing is left of a gradient. */
  | 'squashing'
  /** Proportional to its input on either side of 0, so that the derivative is the slope from 0. */
  | 'proportional'
  /** No finite value at 0, or integers that stand for numbers: there is no slope from 0. */
  | 'no slope at 0'
  /** Its slope from 0 leaves no constant. Those that are proportional are so too, and nobody asks. */
  | '0 at 0'
  /** Makes scores probabilities, or follows that: softmax, sigmoid, their logarithms and bounds. */
  | 'probability'
  /** Never below 0. */
  | 'non-negative'
  /** Not below 0 where what it reads is not. */
  | 'keeps non-negative'
  /** Constant but for jumps: the gradient says nothing of them, a difference does. */
  | 'step'
  | 'arithmetic'
  /** A function of several values, element by element. */
  | 'combination'
  /** Its inputs broadcast to one another, all axes or all but the last two. */
  | 'broadcasting'
  /** Linear in all its inputs together. */
  | 'additive'
  /** As a factor, says how much of the other factor passes. */
  | 'gate'
  /** Of each window, axis or set of inputs the largest (smallest). */
  | 'selection'
  /** A selection of one element of each window or axis of its input. */
  | 'maximum'
  | 'max pooling'
  | 'mean pooling'
  /** A sum or mean, with weights that no training chose. */
  | 'sum'
  /** A sum in which every term counts with the same positive weight. */
  | 'even sum'
  | 'convolution'
  | 'matrix product'
  /** A matrix product that dense layers are made of: what Einsum sums over is written in its equation. */
  | 'dense'
  | 'recurrent'
  /** Sees a window of its input, which kernel, strides, paddings and dilations place. */
  | 'window'
  /** Sees all positions. */
  | 'whole image'
  /** Takes each position by itself, or several values at the same position. */
  | 'same position'
  /** Keeps the rows and columns of a map of features, though it is neither elementwise, a selection nor a sum. */
  | 'keeps positions'
  /** Works along one axis, each line for itself. */
  | 'along an axis'
  /** After it only a decision is left: no small change of a score changes what it gives. */
  | 'decision'
  /** Its output has a place for each element that the values choose. */
  | 'counts'
  /** Makes sizes of real numbers, of how many elements are equal, or of what stands inside it. */
  | 'sizes of elements'
  /** Every output is a sequence or an optional. */
  | 'sequence'
  /** On integers its result is rounded. */
  | 'rounds integers'
  /** On integers of 8 or 16 bits its result wraps around. */
  | 'wraps integers'
  /** Its integers are sums of products, which stand for real numbers. */
  | 'integer product'
  /** What dense networks consist of: ONNX Runtime has float64 kernels for it, and its attributes name no type. */
  | 'double precision';

/** Operators of which the same is true. */
function alike<Name extends string>(names: readonly Name[], row: readonly OperatorFact[]) {
  return Object.fromEntries(names.map((name) => [name, row])) as Record<Name, readonly OperatorFact[]>;
}

const facts = {
  ...alike(['Shape', 'Size'], ['shape', 'of shapes']),
  EyeLike: ['of shapes'],
  ...alike(['RandomNormalLike', 'RandomUniformLike'], ['of shapes', 'random']),
  ...alike(['Bernoulli', 'Multinomial', 'RandomNormal', 'RandomUniform'], ['random']),
  ...alike(['Cast', 'Dropout'], ['reshape', 'renaming', 'rearrangement', 'same position', 'keeps positions']),
  Identity: ['reshape', 'renaming', 'rearrangement', 'same position', 'keeps positions', 'double precision'],
  ...alike(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'], ['reshape', 'rearrangement', 'double precision']),
  CastLike: ['renaming', 'rearrangement'],
  ...alike(['Compress', 'DepthToSpace', 'Expand', 'Gather', 'GatherElements', 'GatherND'], ['rearrangement']),
  ...alike(['ReverseSequence', 'Slice', 'SpaceToDepth', 'Split', 'Tile'], ['rearrangement']),
  Pad: ['rearrangement', 'beside', 'filling', 'additive', 'keeps positions'],
  Where: ['rearrangement', 'beside', 'combination', 'broadcasting'],
  Concat: ['rearrangement', 'beside', 'additive', 'same position', 'double precision'],
  Trilu: ['rearrangement', 'filling'],
  Transpose: ['rearrangement', 'same position', 'double precision'],
  ...alike(['Acos', 'Acosh', 'Cos', 'Cosh', 'Shrink'], ['elementwise']),
  Relu: [
    ...(['elementwise', 'activation', 'of dense layers', 'rectifier', 'proportional', 'non-negative'] as const),
    ...(['same position', 'double precision'] as const),
  ],
  Tanh: [
    ...(['elementwise', 'activation', 'of dense layers', 'squashing', '0 at 0', 'keeps non-negative'] as const),
    ...(['same position', 'double precision'] as const),
  ],
  Softsign: ['elementwise', 'activation', 'of dense layers', 'squashing', '0 at 0', 'same position'],
  HardSigmoid: [
    ...(['elementwise', 'activation', 'of dense layers', 'squashing', 'probability', 'non-negative', 'gate'] as const),
    ...(['same position'] as const),
  ],
  Sigmoid: [
    ...(['elementwise', 'activation', 'of dense layers', 'squashing', 'probability', 'non-negative', 'gate'] as const),
    ...(['same position', 'double precision'] as const),
  ],
  LeakyRelu: ['elementwise', 'activation', 'of dense layers', 'proportional', 'keeps non-negative', 'same position'],
  ...alike(
    ['Elu', 'Gelu'],
    ['elementwise', 'activation', 'of dense layers', '0 at 0', 'keeps non-negative', 'same position'],
  ),
  ...alike(['Celu', 'Selu'], ['elementwise', 'activation', 'of dense layers', '0 at 0', 'same position']),
  Softplus: ['elementwise', 'activation', 'of dense layers', 'non-negative', 'same position'],
  Clip: ['elementwise', 'activation', 'rectifier', 'clipping', 'probability', 'same position'],
  ThresholdedRelu: ['elementwise', 'activation', 'rectifier', '0 at 0'],
  PRelu: ['elementwise', 'activation', 'proportional', 'broadcasting', 'same position'],
  Swish: ['elementwise', 'activation', '0 at 0'],
  HardSwish: ['elementwise', 'activation', '0 at 0', 'keeps non-negative', 'same position'],
  Mish: ['elementwise', 'activation', '0 at 0', 'same position'],
  ...alike(
    ['DequantizeLinear', 'DynamicQuantizeLinear', 'QuantizeLinear'],
    ['elementwise', 'rectifier', 'clipping', 'no slope at 0'],
  ),
  Abs: ['elementwise', 'proportional', 'non-negative', 'same position', 'wraps integers'],
  Neg: ['elementwise', 'proportional', 'same position', 'wraps integers', 'double precision'],
  Log: ['elementwise', 'no slope at 0', 'probability', 'same position'],
  Pow: ['elementwise', 'no slope at 0', 'combination', 'broadcasting', 'same position', 'rounds integers'],
  Reciprocal: ['elementwise', 'no slope at 0', 'gate', 'same position'],
  ...alike(['Asin', 'Asinh', 'Atan', 'Atanh', 'Sin', 'Sinh', 'Tan'], ['elementwise', '0 at 0']),
  Sqrt: ['elementwise', '0 at 0', 'non-negative', 'same position'],
  Erf: ['elementwise', '0 at 0', 'same position'],
  Exp: ['elementwise', 'probability', 'non-negative', 'same position'],
  Softmax: ['probability', 'non-negative', 'gate', 'along an axis'],
  LogSoftmax: ['probability', 'along an axis'],
  Add: [
    ...(['keeps non-negative', 'arithmetic', 'combination', 'broadcasting', 'additive', 'sum', 'even sum'] as const),
    ...(['same position', 'wraps integers', 'double precision'] as const),
  ],
  Div: [
    ...(['keeps non-negative', 'arithmetic', 'combination', 'broadcasting', 'same position'] as const),
    ...(['keeps positions', 'rounds integers', 'double precision'] as const),
  ],
  Mul: [
    ...(['keeps non-negative', 'arithmetic', 'combination', 'broadcasting', 'same position'] as const),
    ...(['keeps positions', 'wraps integers', 'double precision'] as const),
  ],
  Mean: [
    ...(['keeps non-negative', 'combination', 'broadcasting', 'additive', 'sum', 'even sum'] as const),
    ...(['same position', 'rounds integers'] as const),
  ],
  Sum: [
    ...(['keeps non-negative', 'combination', 'broadcasting', 'additive', 'sum', 'even sum'] as const),
    ...(['same position', 'wraps integers'] as const),
  ],
  ...alike(['Max', 'Min'], ['keeps non-negative', 'combination', 'broadcasting', 'selection', 'same position']),
  ReduceMax: ['keeps non-negative', 'selection', 'maximum'],
  MaxPool: ['keeps non-negative', 'selection', 'maximum', 'max pooling', 'window'],
  GlobalMaxPool: ['keeps non-negative', 'selection', 'maximum', 'max pooling', 'whole image'],
  AveragePool: ['keeps non-negative', 'mean pooling', 'sum', 'even sum', 'window', 'rounds integers'],
  GlobalAveragePool: ['keeps non-negative', 'mean pooling', 'sum', 'even sum', 'whole image', 'rounds integers'],
  ReduceMean: ['keeps non-negative', 'sum', 'even sum', 'rounds integers'],
  ReduceSum: ['keeps non-negative', 'sum', 'even sum', 'wraps integers'],
  ...alike(['Ceil', 'Floor', 'Sign'], ['step', 'same position', 'decision']),
  Round: ['step', 'decision'],
  Sub: [
    ...(['arithmetic', 'combination', 'broadcasting', 'additive', 'sum', 'same position', 'wraps integers'] as const),
    ...(['double precision'] as const),
  ],
  Mod: ['combination', 'broadcasting'],
  MatMul: ['broadcasting', 'matrix product', 'dense', 'wraps integers', 'double precision'],
  ...alike(['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Or'], ['broadcasting', 'decision']),
  MaxUnpool: ['selection'],
  ReduceMin: ['selection', 'maximum'],
  TopK: ['selection', 'along an axis', 'decision'],
  Resize: ['sum'],
  BatchNormalization: ['sum', 'same position'],
  CumSum: ['sum', 'wraps integers'],
  ConvTranspose: ['convolution'],
  Conv: ['convolution', 'window'],
  Einsum: ['matrix product'],
  Gemm: ['matrix product', 'dense', 'wraps integers', 'double precision'],
  ...alike(['GRU', 'LSTM', 'RNN'], ['recurrent']),
  LpPool: ['window', 'keeps positions'],
  GlobalLpPool: ['whole image'],
  LRN: ['same position', 'keeps positions'],
  ...alike(['GroupNormalization', 'InstanceNormalization'], ['keeps positions']),
  LpNormalization: ['along an axis'],
  Hardmax: ['along an axis', 'decision'],
  ...alike(['ArgMax', 'ArgMin', 'Not', 'OneHot'], ['decision']),
  NonMaxSuppression: ['decision', 'counts'],
  NonZero: ['counts'],
  Unique: ['counts', 'sizes of elements'],
  ...alike(['If', 'Loop', 'Range', 'Scan'], ['sizes of elements']),
  ...alike(['Optional', 'SequenceConstruct', 'SequenceEmpty', 'SequenceErase', 'SequenceInsert'], ['sequence']),
  ...alike(['SequenceMap', 'SplitToSequence'], ['sequence']),
  ReduceProd: ['wraps integers'],
  ...alike(['ConvInteger', 'MatMulInteger'], ['integer product']),
  ...alike(['AffineGrid', 'Attention', 'BitShift', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor'], []),
  ...alike(['BlackmanWindow', 'CenterCropPad', 'Col2Im', 'ConcatFromSequence', 'Constant', 'ConstantOfShape'], []),
  ...alike(['DFT', 'DeformConv', 'Det', 'GridSample', 'HammingWindow', 'HannWindow'], []),
  ...alike(['IsInf', 'IsNaN', 'LayerNormalization', 'MaxRoiPool', 'MeanVarianceNormalization', 'MelWeightMatrix'], []),
  ...alike(['NegativeLogLikelihoodLoss', 'OptionalGetElement', 'OptionalHasElement', 'QLinearConv'], []),
  ...alike(['QLinearMatMul', 'RMSNormalization', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp'], []),
  ...alike(['ReduceSumSquare', 'RoiAlign', 'RotaryEmbedding', 'STFT', 'ScatterElements', 'ScatterND'], []),
  ...alike(['SequenceAt', 'SequenceLength', 'SoftmaxCrossEntropyLoss', 'TensorScatter', 'Upsample', 'Xor'], []),
} satisfies Readonly<Record<string, readonly OperatorFact[]>>;

export type OperatorName = keyof typeof facts;

const byFact = new Map<OperatorFact, Set<string>>();
for (const [op, row] of Object.entries(facts)) {
  for (const fact of row) byFact.set(fact, (byFact.get(fact) ?? new Set()).add(op));
}

/** The operators of which this is true. */
export function operatorsOf(fact: OperatorFact): readonly string[] {
  return [...(byFact.get(fact) ?? [])];
}

/** Whether a node's operator is a standard one of which one of these is true. */
export function is({ op, domain }: Pick<Node, 'op' | 'domain'>, ...any: readonly OperatorFact[]): boolean {
  return domain === '' && any.some((fact) => byFact.get(fact)?.has(op) === true);
}
