import type { OperatorCase } from '../operatorCase.ts';
import { activationCases } from './activations.ts';
import { attentionCases } from './attention.ts';
import { convolutionCases } from './convolution.ts';
import { elementwiseCases } from './elementwise.ts';
import { matrixCases } from './matrix.ts';
import { normalizationCases } from './normalization.ts';
import { poolingCases } from './pooling.ts';
import { quantizationCases } from './quantization.ts';
import { reductionCases } from './reduction.ts';
import { resizeCases } from './resize.ts';
import { shapeCases } from './shape.ts';

export const families: Readonly<Record<string, readonly OperatorCase[]>> = {
  activations: activationCases,
  attention: attentionCases,
  convolution: convolutionCases,
  elementwise: elementwiseCases,
  matrix: matrixCases,
  normalization: normalizationCases,
  pooling: poolingCases,
  quantization: quantizationCases,
  reduction: reductionCases,
  resize: resizeCases,
  shape: shapeCases,
};
