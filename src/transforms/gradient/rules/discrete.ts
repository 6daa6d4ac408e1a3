import { type Answer, none } from '../rule.ts';

const names = [
  ...['And', 'Or', 'Not', 'Xor', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'IsNaN', 'IsInf'],
  ...['ArgMax', 'ArgMin', 'NonZero', 'OneHot', 'Range', 'Sign', 'Floor', 'Ceil', 'Round', 'Shape', 'Size', 'Hardmax'],
  ...['BitShift', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor', 'Unique', 'EyeLike', 'NonMaxSuppression'],
  ...['Constant', 'ConstantOfShape', 'RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike'],
  ...['Multinomial', 'Bernoulli', 'HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix'],
] as const;

/** Operators whose result is of integers or truth values, is piecewise constant, or does not depend on the input's values. */
export const discreteRules = Object.fromEntries(names.map((name) => [name, none])) as Record<
  (typeof names)[number],
  Answer
>;
