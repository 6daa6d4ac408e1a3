import { dataUrl } from '../../pictures/png.ts';
import type { Picture } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';

/** Below this width a picture is shown in sharp pixels; above, the browser may smooth. */
const sharpBelow = 160;

export function pictureElement(picture: Picture, alternative: string): Html {
  const sharp = picture.width < sharpBelow ? ' sharp' : '';
  return html`<img class="picture${sharp}" src="${dataUrl(picture)}" alt="${alternative}" width="${picture.width}" height="${picture.height}">`;
}
