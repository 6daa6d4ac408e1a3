import { sizeOf } from '../../onnx/tensor.ts';
import { InvalidTargetError } from '../errors.ts';
import type { LoadedModel } from '../loadModel.ts';
import { isRow, type ModelOutput, shapeInWords } from '../outputShapes.ts';
import type { Reading } from './reading.ts';

/**
 * A number that the model gives: its one output of a single number an image, or a column of a row of them.
 * @param column counted from 0, or a name of the output's columns. Needed where there are several.
 * @throws InvalidTargetError where no output is a row of numbers, or the column is not one of them.
 */
export function valueReading(
  { outputs, input }: Pick<LoadedModel, 'outputs' | 'input'>,
  column?: string,
  tolerance?: number,
): Reading {
  const output = outputs.find(({ dims }) => isRow(dims));
  if (!output) {
    throw new InvalidTargetError(
      `"value" needs an output with a number, or a row of them, for each image; the model gives ${outputs.map(shapeInWords).join(', ')}. Name the numbers that are meant: NAME[0, ...].`,
    );
  }
  const width = sizeOf(output.dims);
  const at = columnOf(output, width, column, input.classes ?? []);
  const name = input.classes?.[at];
  return {
    id: column === undefined ? 'value' : `value:${column}`,
    words: width === 1 ? (name ?? 'the value') : `the value ${name === undefined ? at : `"${name}"`}`,
    output: output.name,
    decides: 'value',
    tolerance,
    add(builder) {
      const rows = builder.ops.Reshape(output.name, builder.ints([-1, width]));
      if (width === 1) return rows;
      return builder.add('Slice', [rows, builder.ints([at]), builder.ints([at + 1]), builder.ints([1])]);
    },
  };
}

function columnOf({ name }: ModelOutput, width: number, column: string | undefined, names: readonly string[]): number {
  if (column === undefined) {
    if (width === 1) return 0;
    throw new InvalidTargetError(
      `"${name}" has ${width} numbers an image: say which is explained, value:COLUMN, 0 to ${width - 1}${names.length > 0 ? ' or a name' : ''}.`,
    );
  }
  const named = names.indexOf(column);
  const at = named >= 0 ? named : /^\d+$/.test(column) ? Number(column) : -1;
  if (at >= 0 && at < width) return at;
  throw new InvalidTargetError(
    `There is no value "${column}": "${name}" has ${width} ${width === 1 ? 'number' : 'numbers'} an image, 0 to ${width - 1}${names.length > 0 ? `, named ${names.join(', ')}` : ''}.`,
  );
}
