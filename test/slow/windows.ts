import { forEachIndex, type SlowAttributes, SlowOperatorError, sizeOf, stridesOf } from './array64.ts';
import { numberOf, numbersOf, textOf } from './attributes.ts';

/** How a kernel slides over the spatial axes: one entry an axis. */
export interface Sliding {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  /** Spatial dimensions of what slides out. */
  readonly output: readonly number[];
}

/** One cell of a window: its flat position in the kernel and in the input, `undefined` where it lies in the padding. */
export interface Tap {
  readonly kernel: number;
  readonly input: number | undefined;
}

/** Cells from the first to the last one a dilated kernel touches. */
export const extentOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** SAME_UPPER puts the odd cell of padding at the end, SAME_LOWER at the beginning. */
export const splitPadding = (total: number, extraAtBeginning: boolean): readonly [number, number] => {
  const small = Math.floor(total / 2);
  return extraAtBeginning ? [total - small, small] : [small, total - small];
};

/**
 * Reads kernel_shape, strides, dilations, pads, auto_pad and ceil_mode, and works out the output size:
 * floor or ceil of (input + pads - extent) / stride, plus 1. With ceil_mode a window that would start in the padding
 * at the end is left out (stated in opset 22; runtimes did so before).
 */
export function slidingOf(
  attributes: SlowAttributes,
  input: readonly number[],
  kernelShape: readonly number[] | undefined = numbersOf(attributes, 'kernel_shape'),
): Sliding {
  if (kernelShape === undefined) throw new SlowOperatorError('attribute "kernel_shape" is missing');
  const strides = numbersOf(attributes, 'strides') ?? input.map(() => 1);
  const dilations = numbersOf(attributes, 'dilations') ?? input.map(() => 1);
  const pads = numbersOf(attributes, 'pads') ?? [...input, ...input].map(() => 0);
  const autoPad = textOf(attributes, 'auto_pad') ?? 'NOTSET';
  const ceil = (numberOf(attributes, 'ceil_mode') ?? 0) === 1;

  const axes = input.map((size, axis) => {
    const [stride, extent] = [strides[axis]!, extentOf(kernelShape[axis]!, dilations[axis]!)];
    if (autoPad.startsWith('SAME')) {
      const output = Math.ceil(size / stride);
      const total = Math.max(0, (output - 1) * stride + extent - size);
      const [begin, end] = splitPadding(total, autoPad === 'SAME_LOWER');
      return { begin, end, output };
    }
    const [begin, end] = autoPad === 'VALID' ? [0, 0] : [pads[axis]!, pads[axis + input.length]!];
    const steps = (size + begin + end - extent) / stride;
    const output = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    const startsInEndPadding = ceil && (output - 1) * stride >= size + begin;
    return { begin, end, output: startsInEndPadding ? output - 1 : output };
  });
  return {
    kernel: kernelShape,
    strides,
    dilations,
    padsBegin: axes.map(({ begin }) => begin),
    padsEnd: axes.map(({ end }) => end),
    output: axes.map(({ output }) => output),
  };
}

/** The window of every output position, row-major. Cells beyond the padding (ceil_mode) are left out. */
export function windowsOf(sliding: Sliding, input: readonly number[]): readonly (readonly Tap[])[] {
  const strides = stridesOf(input);
  const windows: Tap[][] = [];
  forEachIndex(sliding.output, (start) => {
    const taps: Tap[] = [];
    forEachIndex(sliding.kernel, (offset, kernel) => {
      const cell = offset.map((k, axis) => start[axis]! * sliding.strides[axis]! + k * sliding.dilations[axis]!);
      const position = cell.map((at, axis) => at - sliding.padsBegin[axis]!);
      const beyond = position.some((at, axis) => at >= input[axis]! + sliding.padsEnd[axis]!);
      if (beyond) return;
      const inside = position.every((at, axis) => at >= 0 && at < input[axis]!);
      taps.push({
        kernel,
        input: inside ? position.reduce((flat, at, axis) => flat + at * strides[axis]!, 0) : undefined,
      });
    });
    windows.push(taps);
  });
  if (windows.length !== sizeOf(sliding.output)) throw new SlowOperatorError('a kernel is larger than its input');
  return windows;
}
