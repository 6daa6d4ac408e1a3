import { score } from '../../../language/english/numbers.ts';
import type { Likeness, RuleLikeness } from '../likeness.ts';

/**
 * A rule read as the paper reads those of 3 and 5: what its asserted features look like, and what its negated ones do.
 * @param labels of all classes.
 */
export function likenessWords(
  { asserted, negated }: RuleLikeness,
  label: string,
  labels: readonly string[],
): string | undefined {
  const parts = [
    ...(asserted ? [`What it asserts (${names(asserted)}) ${looks(asserted, label, labels)}`] : []),
    ...(negated ? [`what it denies (${names(negated)}) ${looks(negated, label, labels)}`] : []),
  ];
  const text = parts.join('; ');
  return text === '' ? undefined : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function looks({ classIndex, correlation, own }: Likeness, label: string, labels: readonly string[]): string {
  const best = labels[classIndex] ?? String(classIndex);
  if (best === label) return `looks more like ${label} than like any other class (correlation ${score(correlation)})`;
  return `looks most like ${best} (correlation ${score(correlation)}; with ${label} ${score(own)})`;
}

function names({ features }: Likeness): string {
  return features.map((feature) => `x${feature}`).join(', ');
}
