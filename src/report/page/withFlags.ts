import { type Content, html } from './html.ts';

/** A text whose flags of the command line (`--scale`) are not broken at the end of a line. */
export function withFlags(text: string): Content {
  return text
    .split(/(--[a-z][a-z-]*)/)
    .map((part) => (part.startsWith('--') ? html`<span class="flag">${part}</span>` : part));
}
