import type { OperatorName } from '../../onnx/operators.ts';
import type { Answer, GradientTable } from './rule.ts';
import { activationRules } from './rules/activations.ts';
import { attentionRules } from './rules/attention.ts';
import { convolutionRules } from './rules/convolution.ts';
import { einsumRules } from './rules/einsum.ts';
import { elementwiseRules, trigonometryRules } from './rules/elementwise.ts';
import { indexingRules } from './rules/indexing.ts';
import { matrixRules } from './rules/matrix.ts';
import { normalizationRules } from './rules/normalization.ts';
import { poolingRules } from './rules/pooling.ts';
import { quantizationRules } from './rules/quantization.ts';
import { reductionRules } from './rules/reduction.ts';
import { resizeRules } from './rules/resize.ts';
import { shapeRules } from './rules/shape.ts';
import { discreteRules, refusedRules } from './rules/withoutGradient.ts';

const answers = {
  ...activationRules,
  ...attentionRules,
  ...convolutionRules,
  ...discreteRules,
  ...einsumRules,
  ...elementwiseRules,
  ...indexingRules,
  ...matrixRules,
  ...normalizationRules,
  ...poolingRules,
  ...quantizationRules,
  ...reductionRules,
  ...refusedRules,
  ...resizeRules,
  ...shapeRules,
  ...trigonometryRules,
};

/**
 * konkyo's answer for each standard operator, up to opset 23: a gradient rule, `none`, or why there is none. An operator that is not
 * here has no rule yet, and the engine says so.
 */
export const gradientTable: GradientTable = answers satisfies Record<OperatorName, Answer>;
