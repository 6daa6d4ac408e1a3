import type { SparseTensorProto } from 'onnx-buf';
import { allocate, isNumeric } from './elementType.ts';
import { InvalidModelError } from './errors.ts';
import { sizeOf, type Tensor } from './tensor.ts';
import { decodeTensor, type ExternalData } from './tensorProto.ts';

/** A sparse tensor of few bytes can claim any shape: 1 GB of float32 is more than any image classifier's layer has. */
const mostElements = 2 ** 28;

/**
 * A sparse tensor as a dense one: zeros, but for the elements it lists by position in the flattened tensor ([NNZ]) or by
 * coordinates ([NNZ, rank]). ONNX Runtime makes the same of it.
 * @throws InvalidModelError when values, indices and shape do not fit together.
 * @throws ExternalDataError when a part lies in a file that is not in `external`.
 */
export function decodeSparse(proto: SparseTensorProto, external: ExternalData): Tensor {
  const where = `Sparse tensor "${proto.values?.name ?? ''}"`;
  const dims = proto.dims.map(Number);
  const refuse = (why: string) =>
    new InvalidModelError(`${where} of shape [${dims}] ${why}. The file is damaged, or not valid ONNX.`);
  if (!proto.values) throw refuse('has no values');
  const values = decodeTensor(proto.values, external);
  const indices = proto.indices ? decodeTensor(proto.indices, external) : undefined;
  const { type } = values;
  if (!isNumeric(type)) throw refuse(`is of ${type}, which konkyo does not read as sparse`);
  if (dims.some((dim) => dim < 0)) throw refuse('has a negative dimension');
  if (sizeOf(dims) > mostElements) throw refuse(`would take more than ${mostElements} numbers in memory`);
  const count = values.data.length;
  const positions = flatPositions(indices, count, dims);
  if (!positions)
    throw refuse(`has ${count} values, but indices ${indices?.type ?? 'missing'}[${indices?.dims ?? ''}]`);
  const bad = positions.find((position) => !(position >= 0 && position < sizeOf(dims)));
  if (bad !== undefined) throw refuse('lists an element outside of it');
  const data = allocate(type, sizeOf(dims));
  const elements: Record<number, unknown> = data;
  positions.forEach((position, i) => {
    elements[position] = values.data[i];
  });
  return { type, dims, data };
}

/** Row-major positions, NaN for coordinates outside of the shape; undefined where the indices do not fit the values. */
function flatPositions(indices: Tensor | undefined, count: number, dims: readonly number[]): number[] | undefined {
  if (!indices) return count === 0 ? [] : undefined;
  if (indices.type !== 'int64' || indices.dims[0] !== count) return undefined;
  const numbers = Array.from(indices.data as BigInt64Array, Number);
  if (indices.dims.length === 1) return numbers;
  const rank = dims.length;
  if (indices.dims.length !== 2 || indices.dims[1] !== rank) return undefined;
  return Array.from({ length: count }, (_, i) =>
    dims.reduce((position, size, k) => {
      const at = numbers[i * rank + k] ?? Number.NaN;
      return at >= 0 && at < size ? position * size + at : Number.NaN;
    }, 0),
  );
}
