/** Markup that is safe to put on a page as it is. Only {@link html} and {@link trusted} make it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: text is escaped, markup is kept, lists are joined, absent things leave nothing. */
export type Content = string | number | Html | undefined | readonly Content[];

/** A tagged template: what is written stays, what is filled in is escaped, also inside quoted attributes. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.map((text, position) => text + markup(contents[position])).join(''));
}

/** Markup written in this folder (a style sheet, a tag name). Never for text that comes from a view. */
export function trusted(text: string): Html {
  return new Html(text);
}

export type HeadingLevel = 1 | 2 | 3 | 4 | 5;

/** A heading whose level depends on how deep its part lies on the page. */
export function heading(level: HeadingLevel, content: Content): Html {
  const tag = trusted(`h${level}`);
  return html`<${tag}>${content}</${tag}>`;
}

/** Large type is for few words: longer texts (some class names are lists of synonyms) are set smaller. */
export function sizedToFit(text: string): Content {
  return text.length > 60 ? html`<span class="long">${text}</span>` : text;
}

function markup(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  return content.map(markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
