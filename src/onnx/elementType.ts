/** The element types of ONNX tensors that JavaScript has an array for, with the code of TensorProto.DataType. */
const arrays = {
  float32: { code: 1, array: Float32Array },
  uint8: { code: 2, array: Uint8Array },
  int8: { code: 3, array: Int8Array },
  uint16: { code: 4, array: Uint16Array },
  int16: { code: 5, array: Int16Array },
  int32: { code: 6, array: Int32Array },
  int64: { code: 7, array: BigInt64Array },
  bool: { code: 9, array: Uint8Array },
  /** Bit patterns: JavaScript has no half-precision array on every supported runtime. */
  float16: { code: 10, array: Uint16Array },
  float64: { code: 11, array: Float64Array },
  uint32: { code: 12, array: Uint32Array },
  uint64: { code: 13, array: BigUint64Array },
  /** Bit patterns. */
  bfloat16: { code: 16, array: Uint16Array },
} as const;

/** Types that are kept as they came (packed or 8-bit floats), never computed with. */
const opaque = {
  complex64: 14,
  complex128: 15,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
} as const;

export type NumericType = keyof typeof arrays;
export type ElementType = NumericType | keyof typeof opaque | 'string';

interface Arrays {
  float32: Float32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  bool: Uint8Array;
  float16: Uint16Array;
  float64: Float64Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bfloat16: Uint16Array;
}
export type TypedArray = Arrays[NumericType];
/** What holds the elements of a tensor of type T. */
export type DataOf<T extends ElementType> = T extends NumericType
  ? Arrays[T]
  : T extends 'string'
    ? string[]
    : Uint8Array;

const codes: Readonly<Record<ElementType, number>> = {
  ...(Object.fromEntries(Object.entries(arrays).map(([name, { code }]) => [name, code])) as Record<
    NumericType,
    number
  >),
  ...opaque,
  string: 8,
};
const names = new Map(Object.entries(codes).map(([name, code]) => [code, name as ElementType]));

/** The code ONNX files use for a type. */
export function elementTypeCode(type: ElementType): number {
  return codes[type];
}

/** The type of a TensorProto.DataType code; undefined for a code this version of ONNX does not have. */
export function elementTypeOf(code: number): ElementType | undefined {
  return names.get(code);
}

export function isNumeric(type: ElementType): type is NumericType {
  return type in arrays;
}

export function isFloat(type: ElementType | undefined): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16';
}

/** A zero-filled array for `length` elements. */
export function allocate<T extends NumericType>(type: T, length: number): DataOf<T> {
  return new arrays[type].array(length) as DataOf<T>;
}

/** Bytes of one element. */
export function elementBytes(type: NumericType): number {
  return arrays[type].array.BYTES_PER_ELEMENT;
}

/** Little-endian bytes as an array of the type: a view where the alignment allows, a copy otherwise. */
export function viewBytes<T extends NumericType>(type: T, bytes: Uint8Array): DataOf<T> {
  const { array } = arrays[type];
  const width = array.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new array(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    Math.floor(aligned.byteLength / width),
  ) as DataOf<T>;
}
