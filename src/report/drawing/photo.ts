import { regionPath } from '../../pictures/outline.ts';
import type { Picture } from '../../pictures/picture.ts';
import { dataUrl, indexedUrl } from '../../pictures/png.ts';
import { resizeImage } from '../../pictures/resizeImage.ts';
import type { AttributionMap, ExplainedImage } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';
import { imageAnchor } from './anchor.ts';
import { patchOverlay } from './patchOverlay.ts';

/*
 * A photograph is on the page once, and so is each map over it and the outline of what was hidden: whatever shows them refers to
 * them. They are drawn over one another by SVG, which needs no script.
 */

/** Below this width a picture is shown in sharp pixels; above, the browser may smooth. */
const sharpBelow = 160;

/** So many pixels across a photograph of several is shown with: their bytes are most of a page's. */
const mostAmongMany = 160;

function atMost(side: number, picture: Picture): Picture {
  const { height, width } = picture;
  const factor = side / Math.max(height, width);
  return factor < 1
    ? resizeImage(picture, { height: Math.round(height * factor), width: Math.round(width * factor) })
    : picture;
}

/** What all pictures of an image refer to; it shows nothing itself. @param isOnly whether the page is about this image alone. */
export function photoDefinition(image: ExplainedImage, isOnly: boolean): Html {
  const { picture, patches, maps, hidden } = image;
  const shown = isOnly ? picture : atMost(mostAmongMany, picture);
  const size = html`width="${picture.width}" height="${picture.height}" preserveAspectRatio="none"`;
  const sharp = html` style="image-rendering:pixelated"`;
  const overlays = patches
    ? maps.map(
        (map, i) =>
          html`<image id="${id(image, `map-${i}`)}" href="${indexedUrl(patchOverlay(map, picture, patches))}" ${size}${sharp}/>`,
      )
    : [];
  const part =
    hidden &&
    html`<path id="${id(image, 'part')}" d="${regionPath(hidden.mask, picture.width)}" vector-effect="non-scaling-stroke" fill-rule="evenodd"/>`;
  return html`<svg class="aside" aria-hidden="true" width="0" height="0"><defs><image id="${id(image, 'photo')}" href="${dataUrl(shown)}" ${size}${picture.width < sharpBelow ? sharp : undefined}/>${overlays}${part}</defs></svg>`;
}

/** What is drawn over the image. */
interface Drawn {
  readonly alternative: string;
  /** One of the image's maps, patch by patch. */
  readonly map?: AttributionMap;
  /** Another picture over it, as a `data:` URL; the image itself is then pale and grey. */
  readonly overlay?: string;
  /** The part that was hidden: outlined, or hidden under hatching. */
  readonly part?: 'outlined' | 'hidden';
}

/** The defined image with something drawn over it. */
export function photo(image: ExplainedImage, { alternative, map, overlay, part }: Drawn): Html {
  const { width, height } = image.picture;
  const use = (name: string, kind = '') =>
    html`<use href="#${id(image, name)}"${kind === '' ? undefined : html` class="${kind}"`}/>`;
  return html`<svg class="picture photo" viewBox="0 0 ${width} ${height}" role="img" aria-label="${alternative}">${use('photo', overlay === undefined ? '' : 'faint')}${
    map && use(`map-${image.maps.indexOf(map)}`)
  }${
    overlay === undefined
      ? undefined
      : html`<image href="${overlay}" width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`
  }${part === 'hidden' ? use('part', 'hidden-part') : undefined}${part && html`${use('part', 'edge ground')}${use('part', 'edge')}`}</svg>`;
}

function id(image: ExplainedImage, name: string): string {
  return `${imageAnchor(image)}-${name}`;
}
