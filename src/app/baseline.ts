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

/** Methods that put this pixel value in the place of what they blank, but where their own settings say another. */
export function keptTo(baseline: number, methods: readonly Method[]): readonly Method[] {
  return methods.map((method) => method.withBaseline?.(baseline) ?? method);
}
