/** Rounded to thousandths. */
export function inThousands(value: number): number {
  return Math.round(1000 * value) / 1000;
}
