import { type AttributeLike, float } from '../../../../src/onnx/attributes.ts';
import type { Tensor } from '../../../../src/onnx/tensor.ts';
import { distinct, truths } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

const [q, k, v] = [distinct([3, 4, 3, 4]), distinct([3, 2, 5, 4], 2), distinct([3, 2, 5, 6], 3)];
const flat = [distinct([3, 3, 16]), distinct([3, 5, 8], 2), distinct([3, 5, 12], 3)];

const attention = (attributes: Readonly<Record<string, AttributeLike>>, mask?: Tensor): OperatorCase => ({
  op: 'Attention',
  opset: 23,
  inputs: [q, k, v, ...(mask ? [mask] : [])],
  attributes,
  batched: [0, 1, 2],
});

export const attentionCases: readonly OperatorCase[] = [
  attention({}),
  attention({ scale: float(0.3) }, distinct([3, 5], 4)),
  attention({ is_causal: 1 }),
  attention({ softcap: float(0.7) }, distinct([1, 4, 3, 5], 4)),
  attention({}, truths([3, 5], 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1)),
  { ...attention({}), inputs: [q, distinct([3, 4, 5, 4], 2), distinct([3, 4, 5, 4], 3)] },
  { ...attention({ q_num_heads: 4, kv_num_heads: 2 }), inputs: flat },
];
