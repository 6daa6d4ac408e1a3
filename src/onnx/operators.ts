import type { Node } from './graph.ts';

/*
 * What others ask of ONNX's standard operators, up to opset 23: a row an operator. The gradient table has to answer for each of
 * them: the compiler says which is forgotten.
 */

/** What an operator can be. */
export type OperatorFact =
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

const facts = {
  Abs: ['elementwise', 'proportional', 'non-negative', 'same position', 'wraps integers'],
  Acos: ['elementwise'],
  Acosh: ['elementwise'],
  Add: [
    'keeps non-negative',
    'arithmetic',
    'combination',
    'broadcasting',
    'additive',
    'sum',
    'even sum',
    'same position',
    'wraps integers',
    'double precision',
  ],
  AffineGrid: [],
  And: ['broadcasting', 'decision'],
  ArgMax: ['decision'],
  ArgMin: ['decision'],
  Asin: ['elementwise', '0 at 0'],
  Asinh: ['elementwise', '0 at 0'],
  Atan: ['elementwise', '0 at 0'],
  Atanh: ['elementwise', '0 at 0'],
  Attention: [],
  AveragePool: ['keeps non-negative', 'mean pooling', 'sum', 'even sum', 'window', 'rounds integers'],
  BatchNormalization: ['sum', 'same position'],
  Bernoulli: ['random'],
  BitShift: [],
  BitwiseAnd: [],
  BitwiseNot: [],
  BitwiseOr: [],
  BitwiseXor: [],
  BlackmanWindow: [],
  Cast: ['reshape', 'renaming', 'rearrangement', 'same position', 'keeps positions'],
  CastLike: ['renaming', 'rearrangement'],
  Ceil: ['step', 'same position', 'decision'],
  Celu: ['elementwise', 'activation', 'of dense layers', '0 at 0', 'same position'],
  CenterCropPad: [],
  Clip: ['elementwise', 'activation', 'rectifier', 'clipping', 'probability', 'same position'],
  Col2Im: [],
  Compress: ['rearrangement'],
  Concat: ['rearrangement', 'beside', 'additive', 'same position', 'double precision'],
  ConcatFromSequence: [],
  Constant: [],
  ConstantOfShape: [],
  Conv: ['convolution', 'window'],
  ConvInteger: ['integer product'],
  ConvTranspose: ['convolution'],
  Cos: ['elementwise'],
  Cosh: ['elementwise'],
  CumSum: ['sum', 'wraps integers'],
  DFT: [],
  DeformConv: [],
  DepthToSpace: ['rearrangement'],
  DequantizeLinear: ['elementwise', 'rectifier', 'clipping', 'no slope at 0'],
  Det: [],
  Div: [
    'keeps non-negative',
    'arithmetic',
    'combination',
    'broadcasting',
    'same position',
    'keeps positions',
    'rounds integers',
    'double precision',
  ],
  Dropout: ['reshape', 'renaming', 'rearrangement', 'same position', 'keeps positions'],
  DynamicQuantizeLinear: [],
  Einsum: ['matrix product'],
  Elu: ['elementwise', 'activation', 'of dense layers', '0 at 0', 'keeps non-negative', 'same position'],
  Equal: ['broadcasting', 'decision'],
  Erf: ['elementwise', '0 at 0', 'same position'],
  Exp: ['elementwise', 'probability', 'non-negative', 'same position'],
  Expand: ['rearrangement'],
  EyeLike: ['of shapes'],
  Flatten: ['reshape', 'rearrangement', 'double precision'],
  Floor: ['step', 'same position', 'decision'],
  GRU: ['recurrent'],
  Gather: ['rearrangement'],
  GatherElements: ['rearrangement'],
  GatherND: ['rearrangement'],
  Gelu: ['elementwise', 'activation', 'of dense layers', '0 at 0', 'keeps non-negative', 'same position'],
  Gemm: ['matrix product', 'dense', 'wraps integers', 'double precision'],
  GlobalAveragePool: ['keeps non-negative', 'mean pooling', 'sum', 'even sum', 'whole image', 'rounds integers'],
  GlobalLpPool: ['whole image'],
  GlobalMaxPool: ['keeps non-negative', 'selection', 'maximum', 'max pooling', 'whole image'],
  Greater: ['broadcasting', 'decision'],
  GreaterOrEqual: ['broadcasting', 'decision'],
  GridSample: [],
  GroupNormalization: ['keeps positions'],
  HammingWindow: [],
  HannWindow: [],
  HardSigmoid: [
    'elementwise',
    'activation',
    'of dense layers',
    'squashing',
    'probability',
    'non-negative',
    'gate',
    'same position',
  ],
  HardSwish: ['elementwise', 'activation', '0 at 0', 'keeps non-negative', 'same position'],
  Hardmax: ['along an axis', 'decision'],
  Identity: ['reshape', 'renaming', 'rearrangement', 'same position', 'keeps positions', 'double precision'],
  If: ['sizes of elements'],
  InstanceNormalization: ['keeps positions'],
  IsInf: [],
  IsNaN: [],
  LRN: ['same position', 'keeps positions'],
  LSTM: ['recurrent'],
  LayerNormalization: [],
  LeakyRelu: ['elementwise', 'activation', 'of dense layers', 'proportional', 'keeps non-negative', 'same position'],
  Less: ['broadcasting', 'decision'],
  LessOrEqual: ['broadcasting', 'decision'],
  Log: ['elementwise', 'no slope at 0', 'probability', 'same position'],
  LogSoftmax: ['probability', 'along an axis'],
  Loop: ['sizes of elements'],
  LpNormalization: ['along an axis'],
  LpPool: ['window', 'keeps positions'],
  MatMul: ['broadcasting', 'matrix product', 'dense', 'wraps integers', 'double precision'],
  MatMulInteger: ['integer product'],
  Max: ['keeps non-negative', 'combination', 'broadcasting', 'selection', 'same position'],
  MaxPool: ['keeps non-negative', 'selection', 'maximum', 'max pooling', 'window'],
  MaxRoiPool: [],
  MaxUnpool: ['selection'],
  Mean: [
    'keeps non-negative',
    'combination',
    'broadcasting',
    'additive',
    'sum',
    'even sum',
    'same position',
    'rounds integers',
  ],
  MeanVarianceNormalization: [],
  MelWeightMatrix: [],
  Min: ['keeps non-negative', 'combination', 'broadcasting', 'selection', 'same position'],
  Mish: ['elementwise', 'activation', '0 at 0', 'same position'],
  Mod: ['combination', 'broadcasting'],
  Mul: [
    'keeps non-negative',
    'arithmetic',
    'combination',
    'broadcasting',
    'same position',
    'keeps positions',
    'wraps integers',
    'double precision',
  ],
  Multinomial: ['random'],
  Neg: ['elementwise', 'proportional', 'same position', 'wraps integers', 'double precision'],
  NegativeLogLikelihoodLoss: [],
  NonMaxSuppression: ['decision', 'counts'],
  NonZero: ['counts'],
  Not: ['decision'],
  OneHot: ['decision'],
  Optional: ['sequence'],
  OptionalGetElement: [],
  OptionalHasElement: [],
  Or: ['broadcasting', 'decision'],
  PRelu: ['elementwise', 'activation', 'proportional', 'broadcasting', 'same position'],
  Pad: ['rearrangement', 'beside', 'filling', 'additive', 'keeps positions'],
  Pow: ['elementwise', 'no slope at 0', 'combination', 'broadcasting', 'same position', 'rounds integers'],
  QLinearConv: [],
  QLinearMatMul: [],
  QuantizeLinear: ['elementwise', 'rectifier', 'clipping', 'no slope at 0'],
  RMSNormalization: [],
  RNN: ['recurrent'],
  RandomNormal: ['random'],
  RandomNormalLike: ['of shapes', 'random'],
  RandomUniform: ['random'],
  RandomUniformLike: ['of shapes', 'random'],
  Range: ['sizes of elements'],
  Reciprocal: ['elementwise', 'no slope at 0', 'gate', 'same position'],
  ReduceL1: [],
  ReduceL2: [],
  ReduceLogSum: [],
  ReduceLogSumExp: [],
  ReduceMax: ['keeps non-negative', 'selection', 'maximum'],
  ReduceMean: ['keeps non-negative', 'sum', 'even sum', 'rounds integers'],
  ReduceMin: ['selection', 'maximum'],
  ReduceProd: ['wraps integers'],
  ReduceSum: ['keeps non-negative', 'sum', 'even sum', 'wraps integers'],
  ReduceSumSquare: [],
  Relu: [
    'elementwise',
    'activation',
    'of dense layers',
    'rectifier',
    'proportional',
    'non-negative',
    'same position',
    'double precision',
  ],
  Reshape: ['reshape', 'rearrangement', 'double precision'],
  Resize: ['sum'],
  ReverseSequence: ['rearrangement'],
  RoiAlign: [],
  RotaryEmbedding: [],
  Round: ['step', 'decision'],
  STFT: [],
  Scan: ['sizes of elements'],
  ScatterElements: [],
  ScatterND: [],
  Selu: ['elementwise', 'activation', 'of dense layers', '0 at 0', 'same position'],
  SequenceAt: [],
  SequenceConstruct: ['sequence'],
  SequenceEmpty: ['sequence'],
  SequenceErase: ['sequence'],
  SequenceInsert: ['sequence'],
  SequenceLength: [],
  SequenceMap: ['sequence'],
  Shape: ['shape', 'of shapes'],
  Shrink: ['elementwise'],
  Sigmoid: [
    'elementwise',
    'activation',
    'of dense layers',
    'squashing',
    'probability',
    'non-negative',
    'gate',
    'same position',
    'double precision',
  ],
  Sign: ['step', 'same position', 'decision'],
  Sin: ['elementwise', '0 at 0'],
  Sinh: ['elementwise', '0 at 0'],
  Size: ['shape', 'of shapes'],
  Slice: ['rearrangement'],
  Softmax: ['probability', 'non-negative', 'gate', 'along an axis'],
  SoftmaxCrossEntropyLoss: [],
  Softplus: ['elementwise', 'activation', 'of dense layers', 'non-negative', 'same position'],
  Softsign: ['elementwise', 'activation', 'of dense layers', 'squashing', '0 at 0', 'same position'],
  SpaceToDepth: ['rearrangement'],
  Split: ['rearrangement'],
  SplitToSequence: ['sequence'],
  Sqrt: ['elementwise', '0 at 0', 'non-negative', 'same position'],
  Squeeze: ['reshape', 'rearrangement', 'double precision'],
  Sub: [
    'arithmetic',
    'combination',
    'broadcasting',
    'additive',
    'sum',
    'same position',
    'wraps integers',
    'double precision',
  ],
  Sum: [
    'keeps non-negative',
    'combination',
    'broadcasting',
    'additive',
    'sum',
    'even sum',
    'same position',
    'wraps integers',
  ],
  Swish: ['elementwise', 'activation', '0 at 0'],
  Tan: ['elementwise', '0 at 0'],
  Tanh: [
    'elementwise',
    'activation',
    'of dense layers',
    'squashing',
    '0 at 0',
    'keeps non-negative',
    'same position',
    'double precision',
  ],
  TensorScatter: [],
  ThresholdedRelu: ['elementwise', 'activation', 'rectifier', '0 at 0'],
  Tile: ['rearrangement'],
  TopK: ['selection', 'along an axis', 'decision'],
  Transpose: ['rearrangement', 'same position', 'double precision'],
  Trilu: ['rearrangement', 'filling'],
  Unique: ['counts', 'sizes of elements'],
  Unsqueeze: ['reshape', 'rearrangement', 'double precision'],
  Upsample: [],
  Where: ['rearrangement', 'beside', 'combination', 'broadcasting'],
  Xor: [],
} as const satisfies Readonly<Record<string, readonly OperatorFact[]>>;

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
