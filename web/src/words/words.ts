import type { Language } from '../worker/protocol.ts';
import * as english from './english.ts';
import * as japanese from './japanese.ts';

/** The same messages with the same parts, in whatever language. */
type Spoken<Message> = Message extends string
  ? string
  : Message extends (...parts: infer Parts) => string
    ? (...parts: Parts) => string
    : { readonly [Name in keyof Message]: Spoken<Message[Name]> };

/** Every sentence of the app in one language. Another language has the same, or it does not compile. */
export type AppWords = Spoken<typeof english>;

const catalogue: Readonly<Record<Language, AppWords>> = { en: english, ja: japanese };

export function appWords(language: Language): AppWords {
  return catalogue[language];
}
