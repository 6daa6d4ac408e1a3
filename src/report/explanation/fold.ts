import { type Content, type HeadingLevel, type Html, heading, html } from '../page/html.ts';

/** A part of the page that is folded away until it is asked for; it needs no script. */
export function fold(
  id: string,
  level: HeadingLevel,
  { title, gist }: { readonly title: Content; readonly gist?: Content },
  contents: Html,
): Html {
  return html`
<details class="fold" id="${id}">
  <summary>${heading(level, title)}${gist === undefined ? undefined : html`<span class="gist">${gist}</span>`}</summary>
  <div class="fold-contents">${contents}
  </div>
</details>`;
}
