import { MaskError } from './errors.ts';
import type { Mask } from './localisation.ts';

/** @throws MaskError for a mask of another size than the model's input */
export function checkMaskSize(
  index: number,
  { height, width }: Mask,
  input: { readonly height: number; readonly width: number },
): void {
  if (height === input.height && width === input.width) return;
  throw new MaskError(
    `The mask of image ${index} is of ${height} x ${width} pixels, but the model takes ${input.height} x ${input.width}: bring the masks to that size.`,
  );
}
