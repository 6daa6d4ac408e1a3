import { InvalidTargetError } from './errors.ts';

/** What is explained: the score of a class, or by how much one class beats another. Classes are indices. */
export type Target = number | { readonly for: number; readonly against: number };

/** Number of classes behind `width` scores: a single logit decides between two. */
export function classCount(width: number): number {
  return width === 1 ? 2 : width;
}

/**
 * The weights whose product with the scores is the explained quantity: one row for each target, [targets * width].
 * A single logit z is the score of class 1, and -z that of class 0.
 * @throws InvalidTargetError for a class the model does not have.
 */
export function targetWeights(targets: readonly Target[], width: number): Float32Array {
  const rows = new Float32Array(targets.length * width);
  const add = (row: number, index: number, sign: number) => {
    checkClass(index, width);
    const at = row * width + (width === 1 ? 0 : index);
    rows[at] = (rows[at] ?? 0) + (width === 1 && index === 0 ? -sign : sign);
  };
  for (const [row, target] of targets.entries()) {
    checkTarget(target);
    add(row, typeof target === 'number' ? target : target.for, 1);
    if (typeof target !== 'number') add(row, target.against, -1);
  }
  return rows;
}

/** What comes from a program without types may be anything. */
function checkTarget(target: unknown): asserts target is Target {
  if (typeof target === 'number') return;
  if (typeof target === 'object' && target !== null && 'for' in target && 'against' in target) return;
  throw new InvalidTargetError(
    `${String(target)} is no target: give a class, a whole number, or two as { for, against }.`,
  );
}

function checkClass(index: number, width: number): void {
  const count = classCount(width);
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new InvalidTargetError(`There is no class ${index}: the model has ${count}, 0 to ${count - 1}.`);
}
