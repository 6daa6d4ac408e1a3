import * as english from './english/index.ts';
import * as japanese from './japanese/index.ts';
import type { Language } from './language.ts';

/** The same messages with the same parts, in whatever language. */
type Spoken<Message> = Message extends string
  ? string
  : Message extends (...parts: infer Parts) => infer Said
    ? (...parts: Parts) => Spoken<Said>
    : { readonly [Name in keyof Message]: Spoken<Message[Name]> };

/** Every sentence of reports and of what commands print, in one language. Another language has the same, or it does not compile. */
export type Words = Spoken<typeof english>;

const catalogue: Readonly<Record<Language, Words>> = { en: english, ja: japanese };

/** The catalogue of a language. */
export function wordsIn(language: Language): Words {
  return catalogue[language];
}
