import { wordsIn } from 'konkyo';
import { language } from '../state.ts';

/** A share as the reports write it. */
export function percent(share: number): string {
  // A rounded 100% would claim a certainty that is not there.
  const shown = share > 0.9995 && share < 1 ? 0.9994 : share;
  return wordsIn(language.value).numbers.percent(shown);
}

export function quantity(value: number): string {
  return wordsIn(language.value).numbers.quantity(value);
}
