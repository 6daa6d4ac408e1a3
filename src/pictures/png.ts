import { encode } from 'fast-png';
import type { Picture } from './picture.ts';

/** PNG bytes; the same picture gives the same bytes. */
export function encodePicture(picture: Picture): Uint8Array {
  return encode({ ...picture, depth: 8 });
}

/** PNG bytes that say who made them: a later run can tell its own pictures from others beside them. */
export function encodePictureFile(picture: Picture): Uint8Array {
  return encode({ ...picture, depth: 8, text: { Software: 'konkyo' } });
}

/** A picture as a `data:` URL, so that the page needs no second file. */
export function dataUrl(picture: Picture): string {
  return `data:image/png;base64,${base64(encodePicture(picture))}`;
}

function base64(bytes: Uint8Array): string {
  // In slices, because a call takes only so many arguments.
  const slice = 0x4000;
  const parts = Array.from({ length: Math.ceil(bytes.length / slice) }, (_, part) =>
    String.fromCharCode(...bytes.subarray(part * slice, (part + 1) * slice)),
  );
  return btoa(parts.join(''));
}
