/** Rows or samples from `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function lengthOf({ from, to }: Range): number {
  return to - from;
}

/** The numbers from 0 up to, not including, `count` in consecutive ranges of at most `size`. */
export function ranges(count: number, size: number): Range[] {
  const parts = Math.ceil(count / size);
  return Array.from({ length: parts }, (_, i) => ({ from: i * size, to: Math.min(count, (i + 1) * size) }));
}
