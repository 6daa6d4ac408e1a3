import type { Box, PlacedDigit } from '../../datasets/mosaic/mosaic.ts';
import { areaOf } from '../../datasets/mosaic/truths.ts';
import { firstLargest } from '../../model/decision.ts';

/** A digit that the detector finds. */
export interface FoundDigit {
  readonly digit: number;
  /** The cell whose box it is, row by row. */
  readonly cell: number;
  readonly score: number;
  readonly box: Box;
}

const surest = 0.5;
const sameBox = 0.5;
const rightBox = 0.5;

/**
 * The digits in one image's `boxes`, [4 + K, cells], the surest first: of each cell its likeliest class, where it is likelier than
 * not, and where no surer box of any class overlaps it by an IoU above 0.5 (non-maximum suppression).
 */
export function foundDigits(answer: Float32Array, cells: number): FoundDigit[] {
  const row = (k: number, cell: number) => answer[k * cells + cell] ?? 0;
  const classes = answer.length / cells - 4;
  const candidates = Array.from({ length: cells }, (_, cell) => {
    const scores = Array.from({ length: classes }, (_, k) => row(4 + k, cell));
    const digit = firstLargest(scores);
    const [x, y, width, height] = [row(0, cell), row(1, cell), row(2, cell), row(3, cell)];
    const box = { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
    return { digit, cell, score: scores[digit] ?? 0, box };
  });
  const kept: FoundDigit[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    if (candidate.score <= surest) break;
    if (kept.every(({ box }) => overlap(box, candidate.box) <= sameBox)) kept.push(candidate);
  }
  return kept;
}

/** How many digits are found, and how many of them are right: of a digit's class, IoU above 0.5, each digit counted once. */
export function matchedBoxes(answer: Float32Array, cells: number, digits: readonly PlacedDigit[]) {
  const found = foundDigits(answer, cells);
  const matched = new Set<PlacedDigit>();
  for (const { digit, box } of found) {
    const match = digits.find(
      (truth) => !matched.has(truth) && truth.digit === digit && overlap(truth.box, box) > rightBox,
    );
    if (match) matched.add(match);
  }
  return { found: found.length, right: matched.size };
}

/** Intersection over union. */
export function overlap(a: Box, b: Box): number {
  const common = areaOf({
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
    x2: Math.min(a.x2, b.x2),
    y2: Math.min(a.y2, b.y2),
  });
  return common === 0 ? 0 : common / (areaOf(a) + areaOf(b) - common);
}
