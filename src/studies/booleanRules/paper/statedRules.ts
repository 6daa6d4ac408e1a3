/*
 * Tables 1 and 2 of the paper, class after class: the number of a variable, below 0 where it is negated. They count from 1, as there.
 */
export const statedRules = {
  a1: [
    [9, -1, -2, -3, -5, -6, -7, -8],
    [2, 3, 4, 6, -1, -7, -8],
    [1, -2, -4, -6, -7, -8, -9],
    [6, 8, -1, -2, -3, -7, -10],
    [2, 7, 8, 9, -4, -5, -10],
    [4, 9, -1, -2, -6, -7],
    [10, -1, -2, -3, -4, -6, -8, -9],
    [1, 5, 6, 9, -2, -4, -8],
    [4, 8, -2, -3, -6, -7, -9, -10],
    [1, 6, 7, 8, 9, -3, -4, -5],
  ],
  a2: [
    [3, 7, 10, -2, -4, -5, -6, -9],
    [1, 6, 8, -7, -9, -10],
    [2, 4, 5, -1, -7, -8, -10],
    [3, 5, -2, -4, -6, -8],
    [4, 8, 9, -3, -5],
    [7, 10, -4, -5, -6, -8, -9],
    [4, 10, -1, -2, -5, -6, -8, -9],
    [2, 3, 8, -4, -5, -7],
    [2, 7, -1, -3, -4, -6, -8],
    [5, 7, 8, -3, -4, -6],
  ],
} as const;

/** `x9 ∧ ¬x1`, as printed. */
export function statedText(literals: readonly number[]): string {
  return literals.map((literal) => `${literal < 0 ? '¬' : ''}x${Math.abs(literal)}`).join(' ∧ ');
}
