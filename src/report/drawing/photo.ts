import { outlinePath, regionEdges } from '../../pictures/outline.ts';
import type { Picture } from '../../pictures/picture.ts';
import { dataUrl } from '../../pictures/png.ts';
import type { ExplainedImage } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';
import { imageAnchor } from './anchor.ts';

/** Below this width a picture is shown in sharp pixels; above, the browser may smooth. */
const sharpBelow = 160;

/** The image, once for all places that show it: its bytes are on the page a single time. */
export function photoDefinition(image: ExplainedImage): Html {
  const { width, height } = image.picture;
  return html`<svg class="aside" aria-hidden="true" width="0" height="0"><defs><image id="${photoId(image)}" href="${dataUrl(image.picture)}" width="${width}" height="${height}"${sharpness(image.picture)}/></defs></svg>`;
}

/** What is drawn over the image. */
interface Drawn {
  readonly alternative: string;
  /** A `data:` URL of a picture of any size, stretched over the image. */
  readonly overlay?: string;
  /** Outlined: 1 for each such pixel of the picture, row by row. */
  readonly mask?: Uint8Array;
  /** Whether the masked part is hidden under hatching, or only outlined. */
  readonly isHidden?: boolean;
}

/** The defined image with something drawn over it. */
export function photo(image: ExplainedImage, { alternative, overlay, mask, isHidden }: Drawn): Html {
  const { width, height } = image.picture;
  const edges = mask && outlinePath(regionEdges(mask, width, height));
  return html`<svg class="picture photo" viewBox="0 0 ${width} ${height}" role="img" aria-label="${alternative}"><use href="#${photoId(image)}"/>${
    overlay === undefined
      ? undefined
      : html`<image href="${overlay}" width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`
  }${mask && isHidden ? html`<path class="hidden-part" d="${rowRuns(mask, width)}"/>` : undefined}${edges === undefined ? undefined : html`<path class="edge ground" d="${edges}"/><path class="edge" d="${edges}"/>`}</svg>`;
}

function photoId(image: ExplainedImage): string {
  return `${imageAnchor(image)}-photo`;
}

function sharpness({ width }: Picture): Html | undefined {
  return width < sharpBelow ? html` style="image-rendering:pixelated"` : undefined;
}

/** The masked pixels as the `d` of an SVG path: a rectangle for each run along a row. */
function rowRuns(mask: Uint8Array, width: number): string {
  const runs: string[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== 1) continue;
    const row = Math.floor(start / width);
    let end = start;
    while (end + 1 < (row + 1) * width && mask[end + 1] === 1) end++;
    runs.push(`M${start % width} ${row}h${end + 1 - start}v1H${start % width}z`);
    start = end;
  }
  return runs.join('');
}
