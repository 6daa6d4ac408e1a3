/** ONNX's integer element types by their TensorProto code: smallest value and number of values (4 to 32 bits). */
const narrow: ReadonlyMap<number, { readonly low: number; readonly count: number }> = new Map([
  [2, { low: 0, count: 2 ** 8 }],
  [3, { low: -(2 ** 7), count: 2 ** 8 }],
  [4, { low: 0, count: 2 ** 16 }],
  [5, { low: -(2 ** 15), count: 2 ** 16 }],
  [6, { low: -(2 ** 31), count: 2 ** 32 }],
  [12, { low: 0, count: 2 ** 32 }],
  [21, { low: 0, count: 2 ** 4 }],
  [22, { low: -(2 ** 3), count: 2 ** 4 }],
]);

export const INT64 = 7;
const BOOL = 9;
const UINT64 = 13;

export const integerTypes: ReadonlySet<number> = new Set([...narrow.keys(), INT64, UINT64]);

/** `value` as the element type `type`: integers truncate toward zero and wrap, booleans are 0 or 1, floats stay. */
export function castTo(type: number, value: number): number {
  if (type === BOOL) return value === 0 ? 0 : 1;
  if (!integerTypes.has(type)) return value;
  const whole = Math.trunc(value);
  const range = narrow.get(type);
  return range === undefined ? whole : whole - Math.floor((whole - range.low) / range.count) * range.count;
}

/** `value` held within the range of `type`, as QuantizeLinear does. */
export function saturate(type: number, value: number): number {
  const range = narrow.get(type);
  return range === undefined ? value : Math.min(Math.max(value, range.low), range.low + range.count - 1);
}
