import { type GradientTable, none } from '../rule.ts';

const names = [
  ...['And', 'Or', 'Not', 'Xor', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'IsNaN', 'IsInf'],
  ...['ArgMax', 'ArgMin', 'NonZero', 'OneHot', 'Range', 'Sign', 'Floor', 'Ceil', 'Round', 'Shape', 'Size', 'Hardmax'],
  ...['BitShift', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor', 'Unique', 'EyeLike', 'NonMaxSuppression'],
  ...['Constant', 'ConstantOfShape', 'RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike'],
  ...['Multinomial', 'Bernoulli', 'HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix'],
];

/** Operators whose result is of integers or truth values, is piecewise constant, or does not depend on the input's values. */
export const discreteRules: GradientTable = Object.fromEntries(names.map((name) => [name, none]));
