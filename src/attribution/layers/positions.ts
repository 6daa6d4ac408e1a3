import type { InputDescription } from '../../model/inputDescription.ts';
import type { Layer } from '../../model/layer.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';

/** How a layer's numbers lie over the image: rows and columns of cells, each with a number for each channel. */
export interface Positions {
  readonly height: number;
  readonly width: number;
  /**
   * [C, h, w]; [h, w, C]; [C, length] of a signal; or [tokens, C], of which those from `first` on are the cells, row by row.
   */
  readonly layout: 'NCHW' | 'NHWC' | 'signal' | 'tokens';
  /** Tokens before the first cell's: a class token, registers. */
  readonly first: number;
}

/** At most so many tokens stand for no part of the image. */
const mostExtra = 8;

/** Tokens as rows and columns in the image's proportions, extra tokens before them; undefined where they are no such grid. */
export function tokenGrid(
  tokens: number,
  { height, width }: Pick<InputDescription, 'height' | 'width'>,
): Positions | undefined {
  for (let first = 0; first <= mostExtra && first < tokens; first++) {
    const rows = Math.round(Math.sqrt(((tokens - first) * height) / width));
    const columns = (tokens - first) / rows;
    if (rows > 1 && columns > 1 && rows * width === columns * height) {
      return { height: rows, width: columns, layout: 'tokens', first };
    }
  }
  return undefined;
}

/** Whether a layer's values for one image, [C, length], are those of a convolution along a signal. */
export function isSignalLayer(dims: readonly number[], { numbers }: Pick<InputDescription, 'numbers'>): boolean {
  return dims.length === 2 && numbers?.kind === 'signal';
}

/** A layer's positions if it has more than one. @param layout of values [a, b, c] for an image. */
export function positionsOf(
  { dims }: Pick<Layer, 'dims'>,
  input: Pick<InputDescription, 'height' | 'width' | 'numbers'>,
  layout: 'NCHW' | 'NHWC' = 'NCHW',
): Positions | undefined {
  const [a = 1, b = 1, c = 1] = dims;
  if (isSignalLayer(dims, input) && layout === 'NCHW') {
    return b > 1 ? { height: 1, width: b, layout: 'signal', first: 0 } : undefined;
  }
  if (dims.length === 2) return tokenGrid(a, input);
  const [height, width] = layout === 'NCHW' ? [b, c] : [a, b];
  return dims.length === 3 && height * width > 1 ? { height, width, layout, first: 0 } : undefined;
}

/** Adds a value of the layer's shape as [n, C, h, w]. */
export function addChannelsFirst(
  builder: GraphBuilder,
  value: string,
  { height, width, layout, first }: Positions,
  channels: number,
): string {
  if (layout === 'NCHW') return value;
  if (layout === 'signal') return builder.ops.Unsqueeze(value, builder.ints([2]));
  if (layout === 'NHWC') return builder.add('Transpose', [value], { perm: [0, 3, 1, 2] });
  const bounds = [first, first + height * width].map((at) => builder.ints([at]));
  const cells = builder.add('Slice', [value, ...bounds, builder.ints([1])]);
  const channelsFirst = builder.add('Transpose', [cells], { perm: [0, 2, 1] });
  return builder.ops.Reshape(channelsFirst, builder.ints([-1, channels, height, width]));
}
