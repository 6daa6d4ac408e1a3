import type { GradientTable } from './rule.ts';
import { activationRules } from './rules/activations.ts';
import { convolutionRules } from './rules/convolution.ts';
import { discreteRules } from './rules/discrete.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { matrixRules } from './rules/matrix.ts';
import { normalizationRules } from './rules/normalization.ts';
import { poolingRules } from './rules/pooling.ts';
import { reductionRules } from './rules/reduction.ts';
import { shapeRules } from './rules/shape.ts';

/** konkyo's gradient rules by operator. An operator that is not here has no rule yet, and the engine says so. */
export const gradientTable: GradientTable = {
  ...activationRules,
  ...convolutionRules,
  ...discreteRules,
  ...elementwiseRules,
  ...matrixRules,
  ...normalizationRules,
  ...poolingRules,
  ...reductionRules,
  ...shapeRules,
};
