import { sha256 } from '../../../model/identity.ts';
import { dataUrl } from '../../../pictures/png.ts';
import { heatmap } from '../../../pictures/rgba.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, heading, html, trusted } from '../../../report/page/html.ts';
import { style } from '../../../report/page/style.ts';
import { version } from '../../../version.ts';
import type { Atlas, AtlasClass, AtlasCluster, AtlasImage } from '../atlas.ts';
import { meanOf } from '../evidencePlace.ts';
import { packedPoints } from './packedPoints.ts';
import { script } from './script.ts';
import { columns, imagesOfSheet, tile } from './spriteSheets.ts';

/** What an atlas page shows. */
export interface AtlasView {
  readonly atlas: Atlas;
  /** Of the small maps. */
  readonly height: number;
  readonly width: number;
  readonly classNames: readonly string[];
  /** Of every image of the store, by its place. */
  readonly names: readonly string[];
  readonly store: string;
  readonly method: string;
  readonly model: string;
  /** What should be known before it is read: that the store is not whole, say. */
  readonly notes: readonly string[];
}

const css = `
.thumbnail { width: 96px; height: 48px; image-rendering: pixelated; margin: 2px; background: var(--panel); }
.clusters { list-style: none; padding: 0; } .clusters > li { border-top: 1px solid var(--line); padding: 1rem 0; display: grid; grid-template-columns: 8rem 1fr; gap: 1rem; }
.mean { width: 8rem; image-rendering: pixelated; background: #fff; } .suspicious h3::after { content: ' looks like a shortcut'; color: var(--poor); }
#scatter { width: 100%; max-width: 46rem; height: auto; border: 1px solid var(--line); touch-action: none; cursor: crosshair; }
.row { display: flex; flex-wrap: wrap; }
`;

/** The page of an atlas, as one HTML file; only thumbnails come from files beside it, once they come into sight. */
export async function renderAtlas(view: AtlasView): Promise<string> {
  const { atlas, classNames, names, store, method, notes } = view;
  const nameOf = (target: number) => classNames[target] ?? String(target);
  const suspicious = atlas.clusters.filter(({ isSuspicious }) => isSuspicious);
  const images = atlas.classes.reduce((sum, one) => sum + one.images.length, 0);
  const headline =
    suspicious.length === 0
      ? 'No group of images looks as if decided by a shortcut'
      : `${suspicious.length} ${suspicious.length === 1 ? 'group of images looks' : 'groups of images look'} as if decided by a shortcut`;
  const data = JSON.stringify({
    ...{ tile, columns, imagesOfSheet },
    classes: atlas.classes.map((one) => ({ name: nameOf(one.target), points: packedPoints(one, atlas.clusters) })),
  });
  const hash = await scriptHash(script);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'; script-src '${trusted(hash)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="konkyo">
<title>Atlas of ${store}</title>
<style>${trusted(style)}${trusted(css)}</style>
</head>
<body>
<div class="page">
<header>
  <p class="eyebrow">Atlas of ${store}</p>
  ${heading(1, headline)}
  <p class="lede">The maps of ${images} images by ${method} were sorted, class by class, into groups that are alike. A group looks like a shortcut where it is a smaller part of its class, is decided right, and where a third or more of its evidence lies in the same few places, in which no other images have any. Whether it is one, you see from the pictures: ask what stands in those places.</p>
  ${notes.map((note) => html`<p>${note}</p>`)}
</header>
<main>
<section class="question" id="clusters">
  ${heading(2, 'Which groups are there?')}
  <p>Those that look most like a shortcut come first. Left: the mean of the maps, red for and blue against the class. Each image is shown as it is, and under its map.</p>
  <ol class="clusters">${atlas.clusters.map((cluster) => clusterItem(cluster, nameOf(cluster.target), view))}</ol>
</section>
<section class="question" id="map">
  ${heading(2, 'How do the images of a class lie to each other?')}
  <p><label>Class <select id="class">${atlas.classes.map(({ target, images: own }) => html`<option>${nameOf(target)} (${own.length})</option>`)}</select></label> A point is an image, its colour a group; near each other are those whose maps are alike. Draw a rectangle to see the images in it.</p>
  <canvas id="scatter" width="920" height="560" role="img" aria-label="A point for each image of the class"></canvas>
  <p id="count" role="status"></p>
  <div id="chosen" class="row"></div>
</section>
<section class="question" id="classes">
  ${heading(2, 'Where is the evidence of each class?')}
  <p>The mean of the maps of a class, and by how much it is more than that of all images.</p>
  ${classTable(atlas, view, nameOf)}
</section>
<section class="question" id="provenance">
  ${heading(2, 'What is this made of?')}
  <p>Store ${store}; model with SHA-256 ${view.model}; maps by ${method}; konkyo ${version}. Spectral relevance analysis: Lapuschkin, Wäldchen, Binder, Montavon, Samek &amp; Müller 2019.</p>
</section>
</main>
</div>
<script type="application/json" id="data">${trusted(data.replaceAll('<', '\\u003c'))}</script>
<script type="text/plain" id="names">${trusted(names.map(plainName).join('\n'))}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.text;
}

/** A name on a line of a script element that is no code: nothing in it ends the element or the line. */
function plainName(name: string): string {
  return name.replaceAll('<', '‹').replaceAll(/[\r\n]/g, ' ');
}

async function scriptHash(text: string): Promise<string> {
  const hex = await sha256(new TextEncoder().encode(text));
  const bytes = Array.from({ length: 32 }, (_, i) =>
    String.fromCharCode(Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)),
  );
  return `sha256-${btoa(bytes.join(''))}`;
}

function clusterItem(cluster: AtlasCluster, name: string, view: AtlasView): Html {
  const { images, share, accuracy, purity, alone, fixed, isSuspicious, typical, odd } = cluster;
  const facts = [
    `${images.length} images, ${percent(share)} of the class`,
    ...(accuracy === undefined ? [] : [`${percent(accuracy)} decided right`]),
    ...(purity === undefined ? [] : [`${percent(purity)} with the same label`]),
    `${percent(alone)} of the evidence where no other images have any${alone > 0 ? `, so in ${percent(fixed)} of them` : ''}`,
  ];
  return html`<li class="${isSuspicious ? 'suspicious' : ''}"><div>${meanPicture(cluster.mean, view, `Mean map of a group of ${name}`)}</div><div>
    ${heading(3, `Class ${name}`)}<p>${facts.join('; ')}.</p>
    <div class="row">${typical.map(thumbnail)}</div>
    <details><summary>Least like the others of the group</summary><div class="row">${odd.map(thumbnail)}</div></details>
  </div></li>`;
}

function thumbnail({ index }: AtlasImage): Html {
  return html`<canvas class="thumbnail" width="${2 * tile}" height="${tile}" data-image="${index}"></canvas>`;
}

function classTable({ classes }: Atlas, view: AtlasView, nameOf: (target: number) => string): Html {
  const all = meanOf(
    classes.flatMap(({ images }) => images.map(({ map }) => map)),
    view.height * view.width,
  );
  const difference = ({ mean }: AtlasClass) => mean.map((value, i) => value - (all[i] ?? 0));
  return dataTable(
    'Mean maps of the classes',
    [{ label: 'Class' }, { label: 'Images', number: true }, { label: 'Mean' }, { label: 'More than all' }],
    classes.map((one) => [
      nameOf(one.target),
      one.images.length,
      meanPicture(one.mean, view, `Mean map of class ${nameOf(one.target)}`),
      meanPicture(difference(one), view, `Mean map of class ${nameOf(one.target)} less that of all`),
    ]),
  );
}

function meanPicture(values: Float64Array, { height, width }: AtlasView, about: string): Html {
  const { data } = heatmap({ height, width, values });
  const rgb = Uint8Array.from({ length: 3 * height * width }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)] ?? 0);
  return html`<img class="mean" alt="${about}" src="${dataUrl({ height, width, channels: 3, data: rgb })}">`;
}

function percent(part: number): string {
  return `${Math.round(100 * part)}%`;
}
