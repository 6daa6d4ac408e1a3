import { forEachIndex, type SlowAttributes, SlowOperatorError } from './array64.ts';
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

/** One cell of a window. */
export interface Tap {
  /** Its flat position in the kernel. */
  readonly kernel: number;
  /** And in the input; undefined where it lies in the padding. */
  readonly input: number | undefined;
  /** Behind the padding, where ceil_mode or a negative padding lets a window reach over it. */
  readonly beyond: boolean;
}

/** Cells from the first to the last one a dilated kernel touches. */
export const extentOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** SAME_UPPER puts the odd cell of padding at the end, SAME_LOWER at the beginning. */
export const splitPadding = (total: number, extraAtBeginning: boolean): readonly [number, number] => {
  const small = Math.floor(total / 2);
  return extraAtBeginning ? [total - small, small] : [small, total - small];
};

/**
 * SAME padding as ONNX Runtime splits it. The total, for a kernel without dilations, may be negative: windows then start
 * behind the first cell. Halves are rounded towards 0, and of a negative total convolutions leave out one.
 */
const samePadding = (total: number, lower: boolean, convolution: boolean): readonly [number, number] => {
  if (total >= 0) return splitPadding(total, lower);
  const lacking = -total - (convolution ? 1 : 0);
  const behind = lower ? Math.max(0, Math.floor((lacking - 1) / 2)) : Math.floor(lacking / 2);
  return [-behind, total + behind];
};

/**
 * Reads kernel_shape, strides, dilations, pads, auto_pad and ceil_mode, and works out the output size:
 * floor or ceil of (input + pads - extent) / stride, plus 1. With ceil_mode a window that would start in the padding
 * at the end is left out (stated in opset 22; runtimes did so before).
 */
export function slidingOf(
  attributes: SlowAttributes,
  input: readonly number[],
  convolved?: readonly number[],
): Sliding {
  const kernelShape = convolved ?? numbersOf(attributes, 'kernel_shape');
  if (kernelShape === undefined) throw new SlowOperatorError('attribute "kernel_shape" is missing');
  const strides = numbersOf(attributes, 'strides') ?? input.map(() => 1);
  const dilations = numbersOf(attributes, 'dilations') ?? input.map(() => 1);
  const pads = numbersOf(attributes, 'pads') ?? [...input, ...input].map(() => 0);
  const autoPad = textOf(attributes, 'auto_pad') ?? 'NOTSET';
  const ceil = (numberOf(attributes, 'ceil_mode') ?? 0) === 1;

  const axes = input.map((size, axis) => {
    const [stride, extent] = [strides[axis]!, extentOf(kernelShape[axis]!, dilations[axis]!)];
    const total = (Math.ceil(size / stride) - 1) * stride + kernelShape[axis]! - size;
    const same = autoPad.startsWith('SAME') && samePadding(total, autoPad === 'SAME_LOWER', convolved !== undefined);
    const [begin, end] = same || (autoPad === 'VALID' ? [0, 0] : [pads[axis]!, pads[axis + input.length]!]);
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

/** Calls `visit` with the window of every output position, row-major. */
export function forEachWindow(
  sliding: Sliding,
  input: readonly number[],
  visit: (window: readonly Tap[], position: number) => void,
): void {
  const offsets: number[][] = [];
  forEachIndex(sliding.kernel, (cell) => offsets.push(cell.map((k, axis) => k * sliding.dilations[axis]!)));
  forEachIndex(sliding.output, (index, output) => {
    const start = index.map((o, axis) => o * sliding.strides[axis]! - sliding.padsBegin[axis]!);
    const taps = offsets.map((offset, kernel): Tap => {
      let flat = 0;
      let inside = true;
      let beyond = false;
      for (let axis = 0; axis < input.length; axis++) {
        const position = start[axis]! + offset[axis]!;
        const size = input[axis]!;
        if (position < 0 || position >= size) inside = false;
        if (position >= size + sliding.padsEnd[axis]!) beyond = true;
        flat = flat * size + position;
      }
      return { kernel, input: inside ? flat : undefined, beyond };
    });
    visit(taps, output);
  });
}

/** All windows, where several maps are reduced by the same ones. */
export function windowsOf(sliding: Sliding, input: readonly number[]): readonly (readonly Tap[])[] {
  const windows: (readonly Tap[])[] = [];
  forEachWindow(sliding, input, (window) => windows.push(window));
  return windows;
}
