import { allocate, type ElementType, isNumeric } from '../onnx/elementType.ts';
import { float32ToFloat16 } from '../onnx/halfFloat.ts';
import { concatRows, float32, isTensorOf, sizeOf, type Tensor, tensor } from '../onnx/tensor.ts';
import { singlePrecision } from '../onnx/toFloat32.ts';
import { outputOf, RunError, type Values } from '../runtime/runtime.ts';

/** Values by name, each [images, elements of one image]. */
export type RowValues = ReadonlyMap<string, Tensor<'float32'>>;

/** Images as the model's own input type takes them: integers are cut off, as Cast does. */
export function asType({ dims, data }: Tensor<'float32'>, type: ElementType | undefined): Tensor {
  if (type === 'float16') return tensor('float16', dims, float32ToFloat16(data));
  if (type === 'int64' || type === 'uint64') {
    const converted = allocate(type, data.length);
    data.forEach((value, i) => {
      converted[i] = BigInt(Math.trunc(value));
    });
    return tensor(type, dims, converted);
  }
  if (type === undefined || type === 'float32' || type === 'bfloat16' || !isNumeric(type)) return float32(dims, data);
  const converted = allocate(type, data.length);
  (converted as { set(values: ArrayLike<number>): void }).set(data);
  return tensor(type, dims, converted);
}

/**
 * The named values of one run over `images` images, a row for each.
 * @throws RunError where a value is not of real numbers, or not of so many rows.
 */
export function rowValues(values: Values, names: readonly string[], images: number): RowValues {
  return new Map(
    names.map((name) => {
      const { data } = asFloat32(outputOf(values, name), name);
      const width = data.length / images;
      if (!Number.isInteger(width)) {
        throw new RunError(`"${name}" has ${data.length} elements for ${images} images.`);
      }
      return [name, float32([images, width], data)];
    }),
  );
}

/** The same values of several runs, one below the other. */
export function stacked(parts: readonly RowValues[]): RowValues {
  const names = [...(parts[0]?.keys() ?? [])];
  return new Map(names.map((name) => [name, concatRows(parts.flatMap((part) => part.get(name) ?? []))]));
}

/** The rows of the images listed. */
export function pickRows(values: RowValues, images: readonly number[]): RowValues {
  return new Map([...values].map(([name, all]) => [name, imagesAt(all, images)]));
}

/** The images (or other rows) of these numbers, in this order, some perhaps twice. */
export function imagesAt({ dims, data }: Tensor<'float32'>, numbers: readonly number[]): Tensor<'float32'> {
  const [, ...rest] = dims;
  const size = sizeOf(rest);
  const picked = new Float32Array(numbers.length * size);
  for (const [row, number] of numbers.entries())
    picked.set(data.subarray(number * size, (number + 1) * size), row * size);
  return float32([numbers.length, ...rest], picked);
}

function asFloat32(t: Tensor, name: string): Tensor<'float32'> {
  const numbers = singlePrecision(t);
  if (isTensorOf(numbers, 'float32')) return numbers;
  throw new RunError(`"${name}" is ${t.type}, where real numbers were expected.`);
}

/** Values agree when they differ by no more than this share of their scales: float32 sums in another order. */
export const floatTolerance = 1e-4;

/** How much of an element's own size counts beside its spread: what float32 loses of 1 in sums of any length is 1e-5. */
const shareOfSize = 0.1;
/** An element that hardly varies (a dead class) is measured by this share of what the middle one is measured by. */
const shareOfMiddle = 0.1;

/**
 * What each element may be measured by, from the images it was seen on: (largest - smallest) + largest size / 10. One huge
 * element (a class masked with -1e4) thus says nothing of the others.
 * @param seen [images, elements]; numbers that are not finite do not count.
 */
function elementScales({ dims, data }: Tensor<'float32'>): Float64Array {
  const width = sizeOf(dims.slice(1));
  const low = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  for (const [i, value] of data.entries()) {
    if (!Number.isFinite(value)) continue;
    const element = i % width;
    low[element] = Math.min(low[element] ?? value, value);
    high[element] = Math.max(high[element] ?? value, value);
  }
  const scales = high.map((largest, element) => {
    const smallest = low[element] ?? 0;
    if (largest < smallest) return 0;
    return largest - smallest + shareOfSize * Math.max(Math.abs(largest), Math.abs(smallest));
  });
  const middle = scales.toSorted()[Math.floor((width - 1) / 2)] ?? 0;
  return scales.map((scale) => Math.max(scale, shareOfMiddle * middle));
}

/** What the elements of values may be measured by, by the values' names. */
export type Scales = ReadonlyMap<string, Float64Array>;

/** The scales of values that were seen. */
export function scalesOf(seen: RowValues): Scales {
  return new Map([...seen].map(([name, values]) => [name, elementScales(values)]));
}

/**
 * The largest difference of two sets of values, each element's as a share of its scale; Infinity where shapes differ, or one
 * is a finite number and the other is not. Equal infinities, and NaN for NaN, are no difference.
 */
export function largestDifference(expected: RowValues, actual: RowValues, scales = scalesOf(expected)): number {
  let worst = 0;
  for (const [name, left] of expected) {
    const right = actual.get(name);
    if (!right || right.data.length !== left.data.length) return Number.POSITIVE_INFINITY;
    const scale = scales.get(name) ?? new Float64Array();
    for (const [i, value] of left.data.entries()) {
      const other = right.data[i] ?? Number.NaN;
      if (Object.is(value, other) || value === other) continue;
      const share = Math.abs(value - other) / (scale[i % scale.length] ?? 0);
      if (!(share <= Number.MAX_VALUE)) return Number.POSITIVE_INFINITY;
      worst = Math.max(worst, share);
    }
  }
  return worst;
}
