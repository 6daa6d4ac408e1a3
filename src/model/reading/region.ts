import { float32 } from '../../onnx/tensor.ts';
import { InvalidTargetError } from '../errors.ts';
import { type PixelClasses, pixelClassCount, pixelClassName } from '../task/pixelClasses.ts';
import type { Reading } from './reading.ts';

/** Which pixels are meant: not 0 inside, row by row. */
export interface RegionMask {
  readonly height: number;
  readonly width: number;
  readonly values: Uint8Array;
}

/**
 * The scores of all classes within a region: the mean of each class's scores over the output's positions in it. A mask of another
 * size is brought to the output's, each position taking the nearest pixel.
 * @param named what the region is called: in the id after the @, and in words that say where: `within the mask m.png`.
 * @throws InvalidTargetError for a mask without a pixel inside, or of other values than its size says.
 */
export function regionReading(
  layout: PixelClasses,
  names: readonly string[] | undefined,
  mask: RegionMask,
  named: { readonly id: string; readonly words: string },
): Reading {
  const { output, scores, classAxis, width, height, columns } = layout;
  const inside = nearest(mask, height, columns);
  const count = inside.reduce((sum, one) => sum + one, 0);
  if (count === 0) {
    throw new InvalidTargetError(
      `There is nothing ${named.words}${mask.values.some((one) => one !== 0) ? ` at the output's size, ${height} x ${columns}` : ''}: a region needs one pixel or more that is not black.`,
    );
  }
  const dims = classAxis === 1 ? [1, 1, height, columns] : [1, height, columns, 1];
  const shares = inside.map((one) => one / count);
  return {
    id: `@${named.id}`,
    words: `the mean of a class's scores over the ${count} of ${height * columns} positions ${named.words}`,
    output,
    decides: 'classes',
    classes: Array.from(
      { length: pixelClassCount(layout) },
      (_, k) => `${pixelClassName(k, layout, names)} ${named.words}`,
    ),
    add(builder) {
      const weighted = builder.ops.Mul(scores, builder.constant(float32(dims, shares), 'region'));
      const axes = builder.ints(classAxis === 1 ? [2, 3] : [1, 2]);
      const sums = builder.add('ReduceSum', [weighted, axes], { keepdims: 0 });
      return builder.ops.Reshape(sums, builder.ints([-1, width]));
    },
  };
}

/** The mask at another size: the pixel at the middle of each position. */
function nearest({ height, width, values }: RegionMask, rows: number, columns: number): Float32Array {
  if (values.length !== height * width || values.length === 0) {
    throw new InvalidTargetError(`A mask is said to be ${height} x ${width}, but has ${values.length} values.`);
  }
  const at = (position: number, count: number, size: number) => Math.floor(((position + 0.5) * size) / count);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [y, x] = [at(Math.floor(i / columns), rows, height), at(i % columns, columns, width)];
    return Number(values[y * width + x] !== 0);
  });
}
