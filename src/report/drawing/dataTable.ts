import { type Content, type Html, html } from '../page/html.ts';

export interface Column {
  readonly label: Content;
  /** Figures stand in line on the right. */
  readonly number?: boolean;
}

/** A table of plain rows; the first cell of each row is its heading. It scrolls by itself where it is too wide. */
export function dataTable(caption: string, columns: readonly Column[], rows: readonly (readonly Content[])[]): Html {
  const kind = (position: number) => (columns[position]?.number === true ? 'number' : '');
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="data">
  <caption>${caption}</caption>
  <thead><tr>${columns.map(({ label }, position) => html`<th scope="col" class="${kind(position)}">${label}</th>`)}</tr></thead>
  <tbody>${rows.map(
    ([first, ...rest]) => html`
    <tr><th scope="row" class="${kind(0)}">${first}</th>${rest.map((cell, position) => html`<td class="${kind(position + 1)}">${cell}</td>`)}</tr>`,
  )}
  </tbody>
</table></div>`;
}
