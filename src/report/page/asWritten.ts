import type { Words } from '../../language/words.ts';
import { type Content, html } from './html.ts';

/** Two letters, and a letter after a space, and nothing of another script. */
const english = /[A-Za-z]{2}[,.;:]? [A-Za-z(]/;
const japanese = /[\u3040-\u30ff\u3400-\u9fff]/;

/**
 * A text that may have been made in English whatever the page's language, such as a note of a model's preparation: marked as English on
 * a page of another language, so that it is read out and set as what it is.
 */
export function asWritten(text: string, { page }: Words): Content {
  const isForeign = page.language !== 'en' && english.test(text) && !japanese.test(text);
  return isForeign ? html`<span lang="en">${text}</span>` : text;
}
