import { encode } from 'fast-png';
import { base64 } from './base64.ts';
import { type IndexedPicture, indexed } from './palette.ts';
import type { Picture } from './picture.ts';

/** PNG bytes; the same picture gives the same bytes. */
export function encodePicture(picture: Picture): Uint8Array {
  return encode({ ...picture, depth: 8 });
}

/** PNG bytes that say who made them: a later run can tell its own pictures from others beside them. */
export function encodePictureFile(picture: Picture): Uint8Array {
  return encode({ ...picture, depth: 8, text: { Software: 'konkyo' } });
}

/** Colour pictures of more pixels than this are embedded with a palette: a page of many photographs stays small. */
const mostFullColour = 64 * 64;

/** A picture as a `data:` URL, so that the page needs no second file; a photograph in at most 256 colours. */
export function dataUrl(picture: Picture): string {
  const { width, height, channels } = picture;
  if (channels === 3 && width * height > mostFullColour) return indexedUrl(indexed(picture));
  return urlOf(encodePicture(picture));
}

/** The same of a picture that has a palette, which may be transparent in places. */
export function indexedUrl({ palette, ...picture }: IndexedPicture): string {
  return urlOf(encode({ ...picture, channels: 1, depth: 8, palette: palette.map((colour) => [...colour]) }));
}

function urlOf(png: Uint8Array): string {
  return `data:image/png;base64,${base64(png)}`;
}
