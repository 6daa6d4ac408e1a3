import type { Picture } from '../../../pictures/picture.ts';
import { boxed } from '../../../report/drawing/boxes.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import type { Html } from '../../../report/page/html.ts';
import type { CertifiedSquare, CertifiedSquares } from '../certifiedSquares.ts';

/** An image with its largest proved squares: the one on the object in a bolder, coloured line. */
export function squarePicture(picture: Picture, { anywhere, onObject }: CertifiedSquares, alternative: string): Html {
  const box = ({ square: { top, left, side } }: CertifiedSquare) => ({
    ...{ left, top, right: left + side, bottom: top + side },
    label: '',
  });
  const drawn = pictureElement(picture, alternative);
  const found = [onObject, anywhere].flatMap((one) => (one ? [box(one)] : []));
  return boxed(drawn, { all: found, explained: onObject ? 0 : -1 }, picture, 'all');
}
