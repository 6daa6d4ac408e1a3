/** A rectangle in pixels, of the model's input unless said otherwise; x runs right, y down, from the upper left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The area of a box in square pixels; 0 where its sides are swapped. */
export function areaOf({ left, top, right, bottom }: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** Intersection over union of two boxes, 0 to 1; 0 where neither has an area. */
export function overlapOf(one: Box, other: Box): number {
  const shared = areaOf({
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  });
  const union = areaOf(one) + areaOf(other) - shared;
  return union > 0 ? shared / union : 0;
}

/** A picture's size in pixels. */
export interface PixelSize {
  readonly height: number;
  readonly width: number;
}

/**
 * A box of a picture of one size in pixels of the same picture at another: pictures are stretched to a model's size, so each axis
 * has a factor of its own.
 */
export function boxAtSize({ left, top, right, bottom }: Box, from: PixelSize, to: PixelSize): Box {
  const [across, down] = [to.width / from.width, to.height / from.height];
  return { left: left * across, top: top * down, right: right * across, bottom: bottom * down };
}

/** Left, top, right and bottom in whole pixels. */
export function sidesOf({ left, top, right, bottom }: Box): readonly number[] {
  return [left, top, right, bottom].map(Math.round);
}

/** A box in words: `12,30 to 80,90`. */
export function boxWords(box: Box): string {
  const [x1, y1, x2, y2] = sidesOf(box);
  return `${x1},${y1} to ${x2},${y2}`;
}
