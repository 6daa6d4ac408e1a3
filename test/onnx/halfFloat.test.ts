import { describe, expect, it } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from '../../src/onnx/halfFloat.ts';

describe('half precision', () => {
  it('keeps every one of the 65,536 bit patterns that is a number', () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter(
      (half) => (half & 0x7c00) !== 0x7c00 || (half & 1023) === 0,
    );
    expect(float32ToFloat16(float16ToFloat32(bits))).toEqual(bits);
  });

  it.each([
    [65_504, 0x7bff],
    [65_519, 0x7bff],
    [65_520, 0x7c00],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0],
    [2 ** -25 * 1.01, 1],
    [2 ** -14 - 2 ** -26, 0x0400],
    [-0.1, 0xae66],
  ])('rounds %d to nearest, ties to even', (value, bits) => {
    expect(float32ToFloat16(Float32Array.of(value))[0]).toBe(bits);
  });
});
