/** IEEE 754 half-precision bit patterns as float32, exactly. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, fromHalf);
}

/** float32 rounded to half precision (to nearest, ties to even), as bit patterns. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, toHalf);
}

/** bfloat16 bit patterns as float32, exactly: they are its upper half. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = Uint32Array.from(bits, (half) => half << 16);
  return new Float32Array(words.buffer);
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // One unit in the last place: 2^-24 below the smallest normal number, 2^(exponent - 10) above.
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 1)));
  const unit = 2 ** (Math.max(exponent, -14) - 10);
  const rounded = roundToEven(size / unit) * unit;
  if (rounded < 2 ** -14) return sign | Math.round(rounded * 2 ** 24);
  const power = Math.floor(Math.log2(rounded));
  return sign | ((power + 15) << 10) | Math.round((rounded / 2 ** power - 1) * 1024);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
