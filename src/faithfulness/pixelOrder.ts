import type { CellMap } from './pixelMap.ts';

/** Pixels (counted row by row) that are taken together. */
export type Segment = readonly number[];

/** About so many segments an axis: single pixels of 28x28, squares of 8x8 pixels of 224x224. */
const segmentsAnAxis = 28;

/** The side of square segments of an image: large enough that a segment is something to see. */
export function segmentSide({ height, width }: { readonly height: number; readonly width: number }): number {
  return Math.max(1, Math.round(Math.sqrt(height * width) / segmentsAnAxis));
}

/**
 * Squares of an image in the order of the map's sum over them, the strongest evidence for the target first; of equal ones
 * the upper left first. What is not a number comes last.
 */
export function segmentsByEvidence(map: CellMap, side: number): Segment[] {
  const { height, width, values } = map;
  const across = Math.ceil(width / side);
  const segments = Array.from({ length: across * Math.ceil(height / side) }, () => [] as number[]);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    segments[Math.floor(row / side) * across + Math.floor(column / side)]?.push(pixel);
  }
  const scored = segments.map((segment) => ({
    segment,
    evidence: segment.reduce((sum, pixel) => sum + (values[pixel] ?? 0), 0) / segment.length,
  }));
  const rank = (evidence: number) => (Number.isNaN(evidence) ? Number.NEGATIVE_INFINITY : evidence);
  return scored.sort((a, b) => rank(b.evidence) - rank(a.evidence) || 0).map(({ segment }) => segment);
}
