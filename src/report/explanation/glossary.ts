import type { Words } from '../../language/words.ts';
import { type Html, html } from '../page/html.ts';
import { checkMeanings } from './belief.ts';
import { fold } from './fold.ts';
import { introduction } from './maps.ts';
import type { ExplainedImage } from './view.ts';

/** What each method and each check says, once for all images. */
export function glossary(images: readonly ExplainedImage[], words: Words): Html | undefined {
  const maps = images.flatMap((image) => image.maps);
  const methods = new Map(maps.map(({ title, about }) => [title, about]));
  if (methods.size === 0) return undefined;
  return fold(
    'glossary',
    2,
    { title: words.page.glossary, gist: words.page.glossaryGist },
    html`
${[...new Set(images.map((image) => introduction(image, words)))].map((text) => html`<p class="measure">${text}</p>`)}
<dl class="meanings">${[...methods].map(([title, about]) => html`<div><dt>${title}</dt><dd>${about}</dd></div>`)}</dl>
<p class="measure">${words.checks.aboutLights}</p>
${checkMeanings(maps)}`,
  );
}
