import type { Words } from '../../language/words.ts';
import { type Html, html } from './html.ts';

/** What is wider than a small window scrolls in a box of its own, which the keyboard reaches too. */
export function scrolling(label: string, contents: Html, { page }: Words): Html {
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="${page.scrolls(label)}">${contents}</div>`;
}
