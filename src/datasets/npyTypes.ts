/** The typed array that holds each element type; `bool` is one byte, 0 or 1. Names follow NumPy. */
interface NpyData {
  readonly bool: Uint8Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly int64: BigInt64Array;
  readonly uint64: BigUint64Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

type NpyType = keyof NpyData;

type NpyArrayOf<T extends NpyType> = { readonly type: T; readonly dims: readonly number[]; readonly data: NpyData[T] };

/** An array with its element type and shape (`[]` for a single number), in C order: the last index runs fastest. */
export type NpyArray = { [T in NpyType]: NpyArrayOf<T> }[NpyType];

/** Text by place, in C order: names. NumPy reads it as fixed-width Unicode. */
export interface NpyText {
  readonly type: 'text';
  readonly dims: readonly number[];
  readonly data: readonly string[];
}

/** How a type is spelled in a file, and how its little-endian bytes become an array. */
interface NpyCodec {
  readonly bytesPerElement: number;
  readonly decode: (dims: readonly number[], bytes: ArrayBuffer) => NpyArray;
}

/** By NumPy's type code without the byte order. Typed arrays are little-endian wherever JavaScript engines run. */
export const npyCodecs: Readonly<Record<string, NpyCodec>> = {
  b1: {
    bytesPerElement: 1,
    decode: (dims, bytes) => ({ type: 'bool', dims, data: new Uint8Array(bytes).map((byte) => (byte === 0 ? 0 : 1)) }),
  },
  i1: { bytesPerElement: 1, decode: (dims, bytes) => ({ type: 'int8', dims, data: new Int8Array(bytes) }) },
  u1: { bytesPerElement: 1, decode: (dims, bytes) => ({ type: 'uint8', dims, data: new Uint8Array(bytes) }) },
  i2: { bytesPerElement: 2, decode: (dims, bytes) => ({ type: 'int16', dims, data: new Int16Array(bytes) }) },
  u2: { bytesPerElement: 2, decode: (dims, bytes) => ({ type: 'uint16', dims, data: new Uint16Array(bytes) }) },
  i4: { bytesPerElement: 4, decode: (dims, bytes) => ({ type: 'int32', dims, data: new Int32Array(bytes) }) },
  u4: { bytesPerElement: 4, decode: (dims, bytes) => ({ type: 'uint32', dims, data: new Uint32Array(bytes) }) },
  i8: { bytesPerElement: 8, decode: (dims, bytes) => ({ type: 'int64', dims, data: new BigInt64Array(bytes) }) },
  u8: { bytesPerElement: 8, decode: (dims, bytes) => ({ type: 'uint64', dims, data: new BigUint64Array(bytes) }) },
  f2: { bytesPerElement: 2, decode: (dims, bytes) => ({ type: 'float32', dims, data: widenFloat16(bytes) }) },
  f4: { bytesPerElement: 4, decode: (dims, bytes) => ({ type: 'float32', dims, data: new Float32Array(bytes) }) },
  f8: { bytesPerElement: 8, decode: (dims, bytes) => ({ type: 'float64', dims, data: new Float64Array(bytes) }) },
};

/** The spelling `numpy.save` uses on a little-endian machine. */
export const npyDescrs: Readonly<Record<NpyType, string>> = {
  bool: '|b1',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  float32: '<f4',
  float64: '<f8',
};

/** Half precision has no typed array in Node 20; every such number is exactly a float32. */
function widenFloat16(bytes: ArrayBuffer): Float32Array {
  return Float32Array.from(new Uint16Array(bytes), (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
