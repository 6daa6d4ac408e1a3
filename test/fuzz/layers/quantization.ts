import { sizeOf, tensor } from '../../../src/onnx/tensor.ts';
import type { Layer } from '../graphMaker.ts';
import { conv } from './sliding.ts';

/** A pair of QuantizeLinear and DequantizeLinear. */
export const quantized: Layer = (m, x) => {
  const [, channels = 1] = x.dims;
  const perChannel = m.chance(0.4);
  const dims = perChannel ? [channels] : [];
  const signed = m.signed;
  const count = sizeOf(dims);
  const zeros = Array.from({ length: count }, () => (signed ? m.int(-20, 20) : m.int(0, 200)));
  const zero = m.tensor(
    signed ? tensor('int8', dims, Int8Array.from(zeros)) : tensor('uint8', dims, Uint8Array.from(zeros)),
  );
  const scale = m.constant(dims, 0.01, 0.03);
  const axis = perChannel ? { axis: m.pick([1, -3]) } : {};
  const integers = m.add('QuantizeLinear', [x, scale, zero], axis);
  const real = m.add('DequantizeLinear', [integers, scale, zero], axis);
  // Not left as it is: equal quantised numbers would be ties wherever a largest one is looked for.
  return m.chance(0.5) ? conv(m, real) : m.add('Add', [real, m.constant(real.dims.slice(1))]);
};
