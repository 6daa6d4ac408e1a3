import { sizeOf } from '../../onnx/tensor.ts';
import type { ReadyModel } from '../classifier.ts';
import { InvalidTargetError } from '../errors.ts';
import type { Reading } from './reading.ts';

/** The elements from one place to before another along an axis. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** `NAME[...]`: a name, which may hold anything, and what stands in the last brackets. */
const sliceForm = /^(.+)\[([^[\]]*)\]$/s;

/** Whether a target is written as a slice of an output. */
export function isSlice(text: string): boolean {
  return sliceForm.test(text);
}

/**
 * The sum of a slice of an output, written as in NumPy: `OUTPUT[0, 4:84, 1234]`, with indices, `from:to` and `:` for each axis, counted
 * from the end where negative; axes that are not named are taken whole. The first axis is the batch, of which each image is one: 0 or `:`.
 * @throws InvalidTargetError for what is no slice of the output; there has to be such an output or value.
 */
export function sliceReading({ facts, model }: Pick<ReadyModel, 'facts' | 'model'>, text: string): Reading {
  const [, output = '', inside = ''] = sliceForm.exec(text) ?? [];
  const found = facts.get(output);
  if (!found) {
    const outputs = model.graph.outputs.map(({ name }) => name).join(', ');
    throw new InvalidTargetError(
      `"${text}" is of "${output}", and the model has no such output; it has ${outputs}. (Values inside of it may be named too, as --output names them.)`,
    );
  }
  const { type, dims } = found;
  const [, ...own] = dims;
  if (type !== 'float32' || dims.length === 0 || own.some(Number.isNaN)) {
    throw new InvalidTargetError(
      `"${output}" is ${type}[${dims}]: a slice is taken of real numbers, [n, ...], of a size that is the same for every image.`,
    );
  }
  const [batch = ':', ...parts] = inside.split(',').map((part) => part.trim());
  if (batch !== '0' && batch !== ':') {
    throw new InvalidTargetError(
      `"${text}" begins with ${batch === '' ? 'nothing' : batch}: the first axis of "${output}" is the batch, and each image is explained by itself. Write 0 or : there.`,
    );
  }
  if (parts.length > own.length) {
    throw new InvalidTargetError(
      `"${text}" has ${parts.length + 1} axes, but "${output}" has ${dims.length}: ${shapeOf(own)}.`,
    );
  }
  const ranges = parts.map((part, i) => rangeOf(part, own[i] ?? 0, i + 1, text, own));
  const summed = sizeOf(own.map((size, i) => (ranges[i] ? ranges[i].to - ranges[i].from : size)));
  return {
    id: text,
    words: summed === 1 ? text : `the sum of ${text}`,
    output,
    decides: 'value',
    add(builder) {
      const flat = builder.ints([0, -1]);
      if (own.length === 0) return builder.ops.Reshape(output, builder.ints([-1, 1]));
      const cut =
        ranges.length === 0
          ? output
          : builder.add('Slice', [
              output,
              builder.ints(ranges.map(({ from }) => from)),
              builder.ints(ranges.map(({ to }) => to)),
              builder.ints(ranges.map((_, i) => i + 1)),
            ]);
      return builder.add('ReduceSum', [builder.ops.Reshape(cut, flat), builder.ints([1])], { keepdims: 1 });
    },
  };
}

function rangeOf(part: string, size: number, axis: number, text: string, own: readonly number[]): Range {
  const where = `axis ${axis} of ${shapeOf(own)}`;
  const place = (number: string) => (Number(number) < 0 ? Number(number) + size : Number(number));
  if (/^-?\d+$/.test(part)) {
    const at = place(part);
    if (at >= 0 && at < size) return { from: at, to: at + 1 };
    throw new InvalidTargetError(`"${text}": ${part} is outside of ${where}, which has ${size}, 0 to ${size - 1}.`);
  }
  const [, first, last] = /^(-?\d+)?\s*:\s*(-?\d+)?$/.exec(part) ?? [];
  if (!part.includes(':') || !/^(-?\d+)?\s*:\s*(-?\d+)?$/.test(part)) {
    throw new InvalidTargetError(`"${text}": "${part}" is neither a whole number, nor from:to, nor : (${where}).`);
  }
  const [from, to] = [first === undefined ? 0 : place(first), last === undefined ? size : place(last)];
  if (from >= 0 && from < to && to <= size) return { from, to };
  throw new InvalidTargetError(
    `"${text}": ${part} ${from < to ? 'goes beyond' : 'takes nothing of'} ${where}, which has ${size}, 0 to ${size - 1}.`,
  );
}

function shapeOf(own: readonly number[]): string {
  return `[n${own.map((size) => `, ${size}`).join('')}]`;
}
