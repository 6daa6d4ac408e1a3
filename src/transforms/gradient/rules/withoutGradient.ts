import { type Answer, forbidden, none } from '../rule.ts';

const discrete = [
  ...['And', 'Or', 'Not', 'Xor', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'IsNaN', 'IsInf'],
  ...['ArgMax', 'ArgMin', 'NonZero', 'OneHot', 'Range', 'Sign', 'Floor', 'Ceil', 'Round', 'Shape', 'Size', 'Hardmax'],
  ...['BitShift', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor', 'Unique', 'EyeLike', 'NonMaxSuppression'],
  ...['Constant', 'ConstantOfShape', 'RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike'],
  ...['Multinomial', 'Bernoulli', 'HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix'],
] as const;

/** Operators whose result is of integers or truth values, is piecewise constant, or does not depend on the input's values. */
export const discreteRules = Object.fromEntries(discrete.map((name) => [name, none])) as Record<
  (typeof discrete)[number],
  Answer
>;

const reasons = [
  {
    why: 'gradients do not pass through loops',
    operators: ['Loop', 'Scan', 'SequenceMap'],
  },
  {
    why: 'gradients do not pass through branches that depend on the input',
    operators: ['If'],
  },
  {
    why: 'recurrent layers are written out step by step on load, but not those of more than 1,024 steps, with rows of different lengths (sequence_lens) or in the batchwise layout',
    operators: ['LSTM', 'GRU', 'RNN'],
  },
  {
    why: 'konkyo differentiates tensors, not sequences or optionals',
    operators: [
      ...['SequenceConstruct', 'SequenceInsert', 'SequenceErase', 'SequenceAt', 'SequenceEmpty', 'SequenceLength'],
      ...['SplitToSequence', 'ConcatFromSequence', 'Optional', 'OptionalGetElement', 'OptionalHasElement'],
    ],
  },
  {
    why: 'it computes with integers; export the model with QuantizeLinear and DequantizeLinear pairs',
    operators: ['QLinearConv', 'QLinearMatMul', 'ConvInteger', 'MatMulInteger'],
  },
  { why: 'ONNX has no matrix inverse, which its gradient needs', operators: ['Det'] },
  { why: 'konkyo reads it as Resize from opset 10 on', operators: ['Upsample'] },
  {
    why: 'no rule yet',
    operators: [
      ...['AffineGrid', 'CenterCropPad', 'Col2Im', 'DFT', 'DeformConv', 'GridSample', 'MaxRoiPool', 'RoiAlign', 'STFT'],
      ...['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss', 'TensorScatter', 'RotaryEmbedding'],
    ],
  },
] as const;

/** Operators that no gradient can pass through, each with the reason a user is told. */
export const refusedRules = Object.fromEntries(
  reasons.flatMap(({ why, operators }) => operators.map((name) => [name, forbidden(why)])),
) as Record<(typeof reasons)[number]['operators'][number], Answer>;
