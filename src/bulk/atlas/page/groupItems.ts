import { type Html, heading, html } from '../../../report/page/html.ts';
import type { AtlasCluster, AtlasImage } from '../cluster.ts';
import { largestOf, meanPicture, minus } from './meanPicture.ts';
import { tile } from './spriteSheets.ts';
import type { AtlasPage } from './view.ts';

/** The clusters of an atlas, each with its maps' mean, how it is judged, and its images. */
export function groupItems(page: AtlasPage): Html {
  const { atlas, words } = page;
  const names = groupNames(page);
  const means = new Map(atlas.classes.map(({ target, mean }) => [target, mean]));
  const items = atlas.clusters.map((cluster, k) => {
    const { groups } = words.atlas;
    const [name = '', ofClass] = [names[k], means.get(cluster.target)];
    const { mean } = cluster;
    const flag = cluster.isSuspicious ? html` <span class="suspicious">${groups.suspicious}</span>` : undefined;
    return html`
<li>
  <div class="means">
    ${pictured(meanPicture(mean, `${name}: ${groups.mean}`, page), groups.mean)}
    ${
      ofClass && cluster.share < 1
        ? pictured(
            meanPicture(minus(mean, ofClass), `${name}: ${groups.beyondClass}`, page, largestOf(mean)),
            groups.beyondClass,
          )
        : undefined
    }
  </div>
  <div>
    ${heading(3, html`<span class="dot" style="background: ${groupColour(k)}"></span>${name}${flag}`)}
    <ul class="about">${factsOf(cluster, page).map((fact) => html`<li>${fact}</li>`)}</ul>
    <div class="thumbnails">${cluster.typical.map(thumbnail)}</div>
    <details><summary>${groups.odd}</summary><div class="thumbnails">${cluster.odd.map(thumbnail)}</div></details>
  </div>
</li>`;
  });
  return html`<ol class="groups">${items}</ol>`;
}

/** What each cluster is called: its class, and which of its class's it is. */
export function groupNames({ atlas, words, nameOf }: AtlasPage): readonly string[] {
  const counts = new Map<number, number>();
  return atlas.clusters.map(({ target }) => {
    const number = (counts.get(target) ?? 0) + 1;
    counts.set(target, number);
    return words.atlas.groups.name(nameOf(target), number);
  });
}

/** Hues by the golden angle: those of neighbours in the list are far apart. */
export function groupColour(k: number): string {
  return `hsl(${((k * 137.5) % 360).toFixed(1)} 65% 45%)`;
}

function factsOf(cluster: AtlasCluster, { words }: AtlasPage): readonly string[] {
  const { images, share, accuracy, purity, alone, fixed, offObject } = cluster;
  const { groups } = words.atlas;
  return [
    groups.size(images.length, share),
    ...(accuracy === undefined ? [] : [groups.right(accuracy)]),
    ...(purity === undefined ? [] : [groups.sameLabel(purity)]),
    groups.alone(alone, fixed),
    ...(offObject === undefined ? [] : [groups.offObject(offObject.share, offObject.others)]),
  ];
}

function pictured(picture: Html, caption: string): Html {
  return html`<figure>${picture}<figcaption>${caption}</figcaption></figure>`;
}

/** The page's script draws it, and names it for those who do not see it. */
function thumbnail({ index }: AtlasImage): Html {
  return html`<canvas class="thumbnail" width="${2 * tile}" height="${tile}" data-image="${index}"></canvas>`;
}
