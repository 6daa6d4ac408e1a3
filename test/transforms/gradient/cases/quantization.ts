import { tensor } from '../../../../src/onnx/tensor.ts';
import { number, numbers } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

const stored = tensor('int8', [2, 3, 2], Int8Array.of(1, -2, 3, 100, -128, 127, 0, 7, 8, -9, 10, 11));

/** By the scales: what passes through the integers is in quantization.test.ts. */
export const quantizationCases: readonly OperatorCase[] = [
  { op: 'DequantizeLinear', inputs: [stored, number(0.1), tensor('int8', [], Int8Array.of(3))] },
  { op: 'DequantizeLinear', inputs: [stored, numbers(0.1, 0.2, 0.3)], attributes: { axis: -2 } },
];
