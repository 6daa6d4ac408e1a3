import type { NpyArray } from '../datasets/npyTypes.ts';
import { InvalidInputError } from '../model/errors.ts';
import { explainableInputs, type HeldInputs, inputList } from '../model/heldInputs.ts';
import type { NumericType } from '../onnx/elementType.ts';
import type { ValueInfo } from '../onnx/graph.ts';
import { type Tensor, tensor } from '../onnx/tensor.ts';

/** A file with an array for each of a model's inputs. */
export interface ArraysFile {
  readonly name: string;
  readonly arrays: ReadonlyMap<string, NpyArray>;
}

/** What one loaded model explains: some images of one input, for which the others have the same values. */
export interface InputPart {
  readonly inputName: string;
  readonly held: HeldInputs;
  readonly images: readonly PartImage[];
}

interface PartImage {
  readonly name: string;
  /** Its place in the report: image by image, and of each input by input. */
  readonly place: number;
  /** Of one image. */
  readonly array: NpyArray;
}

/**
 * What has to be explained of models of several inputs: each input of real numbers, or the one named, for each row of the arrays, with
 * the other inputs held as they are in that row. Rows with equal values of what is held go together.
 * @param explained the input that is explained; by default all of real numbers are.
 * @throws InvalidInputError for an array that is missing or that the model does not take, arrays of different numbers of rows, or
 *   where there is no input that could be explained.
 */
export function inputParts(
  inputs: readonly ValueInfo[],
  files: readonly ArraysFile[],
  explained: string | undefined,
): readonly InputPart[] {
  const names = explained === undefined ? explainableInputs(inputs).map(({ name }) => name) : [explained];
  if (names.length === 0) {
    throw new InvalidInputError(
      `None of the model's inputs is of real numbers: say which is explained with --input NAME. It takes:\n${inputList(inputs)}`,
    );
  }
  const parts = new Map<string, { inputName: string; held: HeldInputs; images: PartImage[] }>();
  let place = 0;
  for (const file of files) {
    checkNames(inputs, file);
    const count = rowCount(inputs, file);
    for (let row = 0; row < count; row++) {
      const values = new Map(inputs.map((input) => [input.name, rowOf(input, file, row, count)]));
      for (const inputName of names) {
        const held = new Map(
          [...values].flatMap(([name, array]) => (name === inputName ? [] : [[name, asTensor(array)] as const])),
        );
        const key = JSON.stringify([
          inputName,
          ...[...held].map(([name, { dims, data }]) => [name, dims, data.join()]),
        ]);
        const part = parts.get(key) ?? { inputName, held, images: [] };
        const array = values.get(inputName);
        const own = count === 1 ? file.name : `${file.name}[${row}]`;
        if (array) part.images.push({ name: names.length === 1 ? own : `${own}, ${inputName}`, place: place++, array });
        parts.set(key, part);
      }
    }
  }
  return [...parts.values()];
}

function checkNames(inputs: readonly ValueInfo[], { name, arrays }: ArraysFile): void {
  const own = inputs.map((input) => input.name);
  const missing = own.filter((one) => !arrays.has(one));
  const unknown = [...arrays.keys()].filter((one) => !own.includes(one));
  if (missing.length === 0 && unknown.length === 0) return;
  const list = (all: readonly string[]) => all.map((one) => `"${one}"`).join(', ');
  const faults = [
    missing.length > 0 && `it has no array ${list(missing)}`,
    unknown.length > 0 && `the model has no input ${list(unknown)}`,
  ].filter((fault) => fault !== false);
  throw new InvalidInputError(
    `${name} does not have one array for each of the model's inputs: ${faults.join('; ')}. The model takes:\n${inputList(inputs)}`,
  );
}

/** Whether the array has rows: as many dimensions as the input, which leaves its first open or has it fixed at 1. */
function hasRows({ dims = [] }: ValueInfo, array: NpyArray): boolean {
  const [first] = dims;
  const isBatch = typeof first !== 'number' || first <= 0 || (first === 1 && dims.length > 1);
  return dims.length > 0 && array.dims.length === dims.length && isBatch;
}

/** How many rows the arrays have: the same in each, or one that all share. */
function rowCount(inputs: readonly ValueInfo[], { name, arrays }: ArraysFile): number {
  const counts = inputs.flatMap((input) => {
    const array = arrays.get(input.name);
    return array && hasRows(input, array) ? [{ input: input.name, rows: array.dims[0] ?? 0 }] : [];
  });
  const most = Math.max(1, ...counts.map(({ rows }) => rows));
  if (counts.every(({ rows }) => rows === most || rows === 1)) return most;
  throw new InvalidInputError(
    `The arrays of ${name} have different numbers of rows: ${counts.map(({ input, rows }) => `"${input}" ${rows}`).join(', ')}. Give each as many, or one row for all.`,
  );
}

/** The array of one row, with its batch dimension of 1; what has no rows as it is. */
function rowOf(input: ValueInfo, { arrays }: ArraysFile, row: number, count: number): NpyArray {
  const array = arrays.get(input.name);
  if (!array) throw new InvalidInputError(`There is no array for "${input.name}".`);
  if (!hasRows(input, array) || count === 1 || array.dims[0] === 1) return array;
  const [, ...rest] = array.dims;
  const size = rest.reduce((product, dim) => product * dim, 1);
  return { ...array, dims: [1, ...rest], data: array.data.subarray(row * size, (row + 1) * size) } as NpyArray;
}

/** An array as the value of an input. */
export function asTensor({ type, dims, data }: NpyArray): Tensor<NumericType> {
  return tensor<NumericType>(type, dims, data);
}
