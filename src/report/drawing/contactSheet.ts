import { ArgumentError } from '../../argumentError.ts';
import type { Picture } from '../../pictures/picture.ts';
import { type Content, type Html, html } from '../page/html.ts';
import { pictureElement } from './picture.ts';

export interface SheetPicture {
  readonly picture: Picture;
  /** For those who cannot see it. */
  readonly alternative: string;
  readonly caption: Content;
}

/** Many small pictures side by side, each with its caption. */
export function contactSheet(pictures: readonly SheetPicture[]): Html {
  return html`
<div class="sheet">${pictures.map(
    ({ picture, alternative, caption }) => html`
  <figure>${pictureElement(picture, alternative)}<figcaption>${caption}</figcaption></figure>`,
  )}
</div>`;
}

/**
 * The same as one picture, for a PNG file: rows of `columns` pictures of the same size and number of channels, `gap` pixels of
 * white between them; pictures are enlarged `zoom` times.
 * @throws ArgumentError if the pictures differ in size or channels, or there are none.
 */
export function sheetPicture(pictures: readonly Picture[], columns: number, zoom = 4, gap = 6): Picture {
  const [first] = pictures;
  if (!first) throw new ArgumentError('A contact sheet needs a picture.');
  const { width, height, channels } = first;
  if (pictures.some((other) => other.width !== width || other.height !== height || other.channels !== channels)) {
    throw new ArgumentError('The pictures of a contact sheet must have the same size and channels.');
  }
  const across = Math.min(columns, pictures.length);
  const down = Math.ceil(pictures.length / across);
  const sheetWidth = across * (width * zoom + gap) - gap;
  const sheetHeight = down * (height * zoom + gap) - gap;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(255);
  for (const [i, picture] of pictures.entries()) {
    const left = (i % across) * (width * zoom + gap);
    const top = Math.floor(i / across) * (height * zoom + gap);
    for (let y = 0; y < height * zoom; y++) {
      for (let x = 0; x < width * zoom; x++) {
        const from = (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * channels;
        const to = ((top + y) * sheetWidth + left + x) * channels;
        data.set(picture.data.subarray(from, from + channels), to);
      }
    }
  }
  return { width: sheetWidth, height: sheetHeight, channels, data };
}
