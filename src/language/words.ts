import * as english from './english/index.ts';
import * as japanese from './japanese/index.ts';
import type { Language } from './language.ts';

/** Every sentence of reports and of what commands print, in one language. Another language has the same, or it does not compile. */
export type Words = typeof english;

const catalogue: Readonly<Record<Language, Words>> = { en: english, ja: japanese };

/** The catalogue of a language. */
export function wordsIn(language: Language): Words {
  return catalogue[language];
}
