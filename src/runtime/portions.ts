/** Rows or samples from `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function lengthOf({ from, to }: Range): number {
  return to - from;
}

/** 0 to `count` in parts of at most `size`. */
export function ranges(count: number, size: number): Range[] {
  const parts = Math.ceil(count / size);
  return Array.from({ length: parts }, (_, i) => ({ from: i * size, to: Math.min(count, (i + 1) * size) }));
}
