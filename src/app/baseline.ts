import type { Method } from '../attribution/method.ts';
import type { InputDescription } from '../model/inputDescription.ts';

/*
 * What "gone" means is one thing in an explanation: every method, check and study that blanks parts of an image puts the same pixel
 * value there, in all channels. A method's own default is the library's and stays; that all agree is for who explains to see to.
 */

/**
 * What is gone where nobody says otherwise. Black is nothing in a drawing, but a shape of its own in a photograph: mid-grey leaves a
 * classifier of photographs less sure of anything (docs/baseline.md has the figures). Of signals and tables it is 0 in model input.
 */
export function usualBaseline({ channels, numbers }: InputDescription): number {
  return numbers || channels === 1 ? 0 : 128;
}

/** Options with the baseline that they mean, and methods that keep to it but where their own settings say another. */
export function withOneBaseline<Options extends { readonly methods: readonly Method[]; readonly baseline?: number }>(
  options: Options,
  input: InputDescription,
): Options & { readonly baseline: number } {
  const { methods, baseline = usualBaseline(input) } = options;
  return { ...options, baseline, methods: methods.map((method) => method.withBaseline?.(baseline) ?? method) };
}
