import type { NumericType } from '../onnx/elementType.ts';
import type { ValueInfo } from '../onnx/graph.ts';
import { float32, int64, sizeOf, type Tensor, tensor } from '../onnx/tensor.ts';
import { InvalidInputError } from './errors.ts';
import { showDims } from './inputDescription.ts';

interface Fitted {
  /** In the input's own type and number of dimensions. */
  readonly value: Tensor<NumericType>;
  /** Whether its first dimension, of size 1, is the batch's: it is repeated for each image. */
  readonly isRepeated: boolean;
}

/** Whether a model leaves a dimension's size to its input. */
export function isOpen(dim: number | string | undefined): boolean {
  return typeof dim !== 'number' || dim <= 0;
}

/**
 * A value for an input that is held, in that input's type and shape. The first dimension is the batch's where both inputs leave
 * theirs open, or both have it fixed at one size and the input has more dimensions.
 * @throws InvalidInputError for another type or shape.
 */
export function fitHeld(given: Tensor<NumericType>, input: ValueInfo, explained: ValueInfo): Fitted {
  const typed = inType(given, input);
  const { dims } = input;
  if (!dims) return { value: typed, isRepeated: false };
  const [first, ...rest] = dims;
  const [batch] = explained.dims ?? [];
  const hasBatch = dims.length > 0 && (isOpen(first) ? isOpen(batch) : rest.length > 0 && first === batch);
  const value = hasBatch && typed.dims.length === rest.length ? { ...typed, dims: [1, ...typed.dims] } : typed;
  const fits =
    value.dims.length === dims.length &&
    value.dims.every((dim, i) => isOpen(dims[i]) || dims[i] === dim || (i === 0 && hasBatch && dim === 1));
  const isOneRow = !hasBatch || value.dims[0] === 1 || (isOpen(first) && first !== batch);
  if (fits && isOneRow) return { value, isRepeated: hasBatch && value.dims[0] === 1 };
  throw new InvalidInputError(
    `The array for "${input.name}" is ${given.type}[${given.dims}], but the model takes ${input.type}[${showDims(dims)}]${hasBatch ? ', of one image here' : ''}.`,
  );
}

/** Whole numbers and real ones as wide or narrow as the input has them, where that loses nothing that counts. */
function inType(given: Tensor<NumericType>, input: ValueInfo): Tensor<NumericType> {
  const { type } = input;
  if (given.type === type) return given;
  const numbers = Array.from<number | bigint, number>(given.data, Number);
  if (type === 'float32') return float32(given.dims, numbers);
  if (type === 'float64') return tensor('float64', given.dims, Float64Array.from(numbers));
  const isWhole = numbers.every(Number.isSafeInteger);
  if (type === 'int64' && isWhole) return int64(numbers, given.dims);
  if (type === 'int32' && isWhole && numbers.every((number) => number === (number | 0))) {
    return tensor('int32', given.dims, Int32Array.from(numbers));
  }
  if (type === 'bool' && numbers.every((number) => number === 0 || number === 1)) {
    return tensor('bool', given.dims, Uint8Array.from(numbers));
  }
  const shape = sizeOf(given.dims) === 0 ? 'nothing' : `${given.type}[${given.dims}]`;
  throw new InvalidInputError(
    `The array for "${input.name}" is ${shape}, and the model takes ${type ?? 'no tensor'}: save it in that type (array.astype('${type}')).`,
  );
}
