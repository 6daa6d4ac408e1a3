import { allocate, type ElementType } from '../onnx/elementType.ts';
import type { Model } from '../onnx/graph.ts';
import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from '../onnx/halfFloat.ts';
import { concatRows, float32, type Tensor, tensor } from '../onnx/tensor.ts';
import { outputOf, RunError, type Runtime } from '../runtime/runtime.ts';

type NamedValues = ReadonlyMap<string, Tensor<'float32'>>;

/** The named values of a model for several batches, each as one float32 tensor of all rows. */
export async function valuesOver(
  runtime: Runtime,
  model: Model,
  names: readonly string[],
  input: { readonly name: string; readonly type: ElementType | undefined },
  batches: readonly Tensor<'float32'>[],
): Promise<NamedValues> {
  const outputs = names.map((name) => ({ name, type: undefined, dims: undefined }));
  const graph = { ...model.graph, outputs };
  const session = await runtime.createSession({ ...model, graph }, { optimization: 'none' });
  try {
    const parts = new Map<string, Tensor<'float32'>[]>(names.map((name) => [name, []]));
    for (const batch of batches) {
      const values = await session.run({ [input.name]: asType(batch, input.type) });
      for (const [name, list] of parts) list.push(asFloat32(outputOf(values, name), name));
    }
    return new Map([...parts].map(([name, list]) => [name, concatRows(list)]));
  } finally {
    await session.release();
  }
}

function asType({ dims, data }: Tensor<'float32'>, type: ElementType | undefined): Tensor {
  switch (type) {
    case 'float16':
      return tensor('float16', dims, float32ToFloat16(data));
    case 'float64':
    case 'uint8':
    case 'int8': {
      const converted = allocate(type, data.length);
      converted.set(data);
      return tensor(type, dims, converted);
    }
    default:
      return float32(dims, data);
  }
}

function asFloat32(t: Tensor, name: string): Tensor<'float32'> {
  switch (t.type) {
    case 'float32':
      return t as Tensor<'float32'>;
    case 'float64':
      return float32(t.dims, Float32Array.from(t.data as Float64Array));
    case 'float16':
      return float32(t.dims, float16ToFloat32(t.data as Uint16Array));
    case 'bfloat16':
      return float32(t.dims, bfloat16ToFloat32(t.data as Uint16Array));
    default:
      throw new RunError(`"${name}" is ${t.type}, where real numbers were expected.`);
  }
}

/** Of two runs over images 0..batch-1 and 1..batch: each image's row once. */
export function firstAndLastRows(values: NamedValues, batch: number): NamedValues {
  return new Map(
    [...values].map(([name, t]) => {
      const width = t.data.length / (2 * batch);
      const data = new Float32Array((batch + 1) * width);
      data.set(t.data.subarray(0, batch * width));
      data.set(t.data.subarray((2 * batch - 1) * width), batch * width);
      return [name, float32([batch + 1, width], data)];
    }),
  );
}

/** Largest difference of two sets of values, as a share of the largest value of each; Infinity where shapes differ. */
export function largestDifference(a: NamedValues, b: NamedValues): number {
  let worst = 0;
  for (const [name, left] of a) {
    const right = b.get(name);
    if (!right || right.data.length !== left.data.length) return Number.POSITIVE_INFINITY;
    let [difference, largest] = [0, Number.MIN_VALUE];
    for (const [i, value] of left.data.entries()) {
      difference = Math.max(difference, Math.abs(value - (right.data[i] ?? 0)));
      largest = Math.max(largest, Math.abs(value));
    }
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference / largest);
  }
  return worst;
}
