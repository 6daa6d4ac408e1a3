import { outlineEdges, outlinePath } from '../../pictures/outline.ts';
import { thumbnail } from '../../pictures/thumbnail.ts';
import type { AttributionMap, ExplainedImage } from '../explanation/view.ts';
import { mapAlternative } from '../explanation/words.ts';
import { type Html, html } from '../page/html.ts';
import { mapPicture, orientationFor } from './mapPicture.ts';
import type { MapReading } from './mapReading.ts';
import { pictureElement } from './picture.ts';

/** A map over its image: as large as the image, or reduced for the overview. */
export function mapElement(
  map: AttributionMap,
  reading: MapReading,
  { picture }: ExplainedImage,
  size: 'full' | 'small',
): Html {
  const drawn = mapPicture(map, reading, picture);
  const shown = pictureElement(size === 'small' ? thumbnail(drawn) : drawn, mapAlternative(map, reading));
  if (orientationFor(picture) === 'faint') return shown;
  return html`<div class="outlined">${shown}<svg viewBox="0 0 ${picture.width} ${picture.height}" aria-hidden="true"><path d="${outlinePath(outlineEdges(picture))}"/></svg></div>`;
}
