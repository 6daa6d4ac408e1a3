import { intOf, intsOf, stringOf } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';

/** How a kernel slides over the spatial dimensions, with everything that ONNX leaves implicit spelled out. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
}

/**
 * The window of a convolution or pooling node, as ONNX Runtime places it.
 * @param input spatial dimensions of the input; @param kernel of the kernel.
 * @returns negative padding where windows start behind the input's first element or end before its last: SAME_* padding
 * with strides above the kernel.
 */
export function windowOf(node: Node, input: readonly number[], kernel: readonly number[]): Window {
  const ones = kernel.map(() => 1);
  const strides = intsOf(node, 'strides', ones);
  const dilations = intsOf(node, 'dilations', ones);
  const auto = stringOf(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET' || auto === 'VALID') {
    const pads = auto === 'VALID' ? undefined : intsOf(node, 'pads');
    const at = (i: number) => pads?.[i] ?? 0;
    const padsEnd = kernel.map((_, i) => at(i + kernel.length));
    return { kernel, strides, dilations, padsBegin: kernel.map((_, i) => at(i)), padsEnd };
  }
  // SAME_*: as much padding as makes output = ceil(input / stride) for a kernel without dilations (sic).
  const totals = kernel.map((size, i) => {
    const [length = 1, stride = 1] = [input[i], strides[i]];
    return (Math.ceil(length / stride) - 1) * stride + size - length;
  });
  const padsBegin = totals.map((total) => paddingBefore(total, auto === 'SAME_LOWER', node.op === 'Conv'));
  const padsEnd = totals.map((total, i) => total - (padsBegin[i] ?? 0));
  return { kernel, strides, dilations, padsBegin, padsEnd };
}

/**
 * The part of the padding that is at the beginning. The odd one goes where the name says; halves are cut off towards 0, and
 * of a negative total convolutions leave out one (measured: ONNX Runtime 1.30 on 1 to 3 axes, and its blocked layout).
 */
function paddingBefore(total: number, lower: boolean, convolution: boolean): number {
  const counted = convolution && total < 0 ? total + 1 : total;
  return Math.trunc((counted + (lower ? 1 : 0)) / 2) + 0;
}

/**
 * The window of the convolution whose adjoint a ConvTranspose node is, over the node's output.
 * @param input spatial dimensions of the node's input; @param output of its output; @param kernel of the kernel.
 * @returns `unreached`: the rows at the output's end that no window covers, which are the bias alone; and the window over
 * the rest.
 */
export function transposedWindowOf(
  node: Node,
  input: readonly number[],
  output: readonly number[],
  kernel: readonly number[],
): { readonly window: Window; readonly unreached: readonly number[] } {
  const ones = kernel.map(() => 1);
  const strides = intsOf(node, 'strides', ones);
  const dilations = intsOf(node, 'dilations', ones);
  const pads = intsOf(node, 'pads', []);
  const added = intsOf(node, 'output_padding', []);
  const auto = stringOf(node, 'auto_pad', 'NOTSET');
  const sizeIsGiven = auto.startsWith('SAME') || node.attributes.output_shape !== undefined;
  const axes = kernel.map((size, i) => {
    const covered = ((input[i] ?? 1) - 1) * (strides[i] ?? 1) + (size - 1) * (dilations[i] ?? 1) + 1;
    const total = Math.max(0, covered + (added[i] ?? 0) - (output[i] ?? 1));
    // The odd row of padding is at the beginning unless the name says otherwise.
    const half = auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
    const begin = sizeIsGiven ? half : auto === 'VALID' ? 0 : (pads[i] ?? 0);
    const end = covered - (output[i] ?? 1) - begin;
    return { begin, end: Math.max(0, end), unreached: Math.max(0, -end) };
  });
  const padsBegin = axes.map(({ begin }) => begin);
  const padsEnd = axes.map(({ end }) => end);
  return { window: { kernel, strides, dilations, padsBegin, padsEnd }, unreached: axes.map((axis) => axis.unreached) };
}

/** The extent of the dilated kernel in each dimension. */
export function kernelExtent({ kernel, dilations }: Window): number[] {
  return kernel.map((size, i) => (size - 1) * (dilations[i] ?? 1) + 1);
}

/** `pads` as ONNX writes them: all beginnings, then all ends. */
export function padsOf({ padsBegin, padsEnd }: Window): number[] {
  return [...padsBegin, ...padsEnd];
}

/**
 * The input rows beyond what the windows cover, which a transposed convolution must be told of. Negative where
 * ceil_mode lets the last window reach over the padded end.
 */
export function remainder(window: Window, input: readonly number[], output: readonly number[]): number[] {
  return kernelExtent(window).map((extent, i) => {
    const covered = ((output[i] ?? 1) - 1) * (window.strides[i] ?? 1) + extent;
    return (input[i] ?? 1) + (window.padsBegin[i] ?? 0) + (window.padsEnd[i] ?? 0) - covered;
  });
}

export function groupsOf(node: Node): number {
  return intOf(node, 'group', 1);
}
