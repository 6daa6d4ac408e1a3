import { type Content, html } from '../page/html.ts';

/** Large type is for few words: longer texts (some class names are lists of synonyms) are set smaller. */
export function sizedToFit(text: string): Content {
  return text.length > 60 ? html`<span class="long">${text}</span>` : text;
}
