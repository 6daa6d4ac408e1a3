import { wordsIn } from '../../../language/words.ts';
import { sha256 } from '../../../model/identity.ts';
import { base64 } from '../../../pictures/base64.ts';
import { divergingColour } from '../../../pictures/colours.ts';
import { heading, html, trusted } from '../../../report/page/html.ts';
import { japaneseStyle } from '../../../report/page/japaneseStyle.ts';
import { style } from '../../../report/page/style.ts';
import { version } from '../../../version.ts';
import { hexBytes } from '../../bulkImages.ts';
import { classMeans, meanOfAll } from './classMeans.ts';
import { groupColour, groupItems, groupNames } from './groupItems.ts';
import { packedPoints } from './packedPoints.ts';
import { script } from './script.ts';
import { columns, imagesOfSheet, sheetFolder, tile } from './spriteSheets.ts';
import { atlasStyle } from './style.ts';
import type { AtlasPage, AtlasView } from './view.ts';

/** The page of an atlas, as one HTML file; only thumbnails come from files beside it, once they come into sight. */
export async function renderAtlas(view: AtlasView): Promise<string> {
  const { atlas, classNames, names, store, method, notes, language, model } = view;
  const words = wordsIn(language);
  const { atlas: said } = words;
  const page: AtlasPage = { ...view, words, nameOf: (target) => classNames[target] ?? String(target) };
  const images = atlas.classes.flatMap((one) => one.images);
  const off = images.flatMap(({ onObject }) => (onObject === undefined ? [] : [1 - onObject]));
  const meanOff = off.reduce((sum, one) => sum + one / off.length, 0);
  const suspicious = atlas.clusters.filter(({ isSuspicious }) => isSuspicious);
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'; script-src '${trusted(await scriptHash(script))}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="konkyo">
<title>${said.title(store)}</title>
<style>${trusted(style)}${trusted(atlasStyle)}${language === 'ja' ? trusted(japaneseStyle) : undefined}</style>
</head>
<body>
<div class="page">
<header>
  <p class="eyebrow">${said.title(store)}</p>
  ${heading(1, said.headline(suspicious.length))}
  <p class="lede">${said.lede(images.length, method)}</p>
  ${off.length === 0 ? undefined : html`<p class="byline">${said.masked(off.length, meanOff)}</p>`}
  ${notes.map((note) => html`<p class="notice">${note}</p>`)}
</header>
<main>
<section class="question" id="groups">
  ${heading(2, said.groups.question)}
  <p>${said.groups.order}</p>
  <details><summary>${said.groups.criterion}</summary><div class="measure"><p>${said.groups.byPlace}</p><p>${said.groups.byMasks}</p><p>${said.groups.notProof}</p></div></details>
  ${groupItems(page)}
</section>
<section class="question" id="map">
  ${heading(2, said.scatter.question)}
  <p>${said.scatter.about}</p>
  <p><label>${said.scatter.classChoice} <select id="class">${atlas.classes.map(({ target, images: own }) => html`<option>${said.scatter.choice(page.nameOf(target), own.length)}</option>`)}</select></label></p>
  <canvas id="scatter" width="920" height="560" role="img" aria-label="${said.scatter.picture}"></canvas>
  <div id="legend"></div>
  <p id="count" role="status"></p>
  <div id="chosen" class="thumbnails"></div>
</section>
<section class="question" id="classes">
  ${heading(2, said.classes.question)}
  ${classMeans(page)}
</section>
<section class="question" id="provenance">
  ${heading(2, said.provenance.question)}
  <p>${said.provenance.of(store, model, method, version)}</p>
  <p>${said.provenance.method('Lapuschkin, Wäldchen, Binder, Montavon, Samek & Müller 2019')}</p>
  <p>${said.provenance.thumbnails(`${sheetFolder}/`)}</p>
</section>
</main>
</div>
<script type="application/json" id="data">${trusted(JSON.stringify(dataOf(page)).replaceAll('<', '\\u003c'))}</script>
<script type="text/plain" id="names">${trusted(names.map(plainName).join('\n'))}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.text;
}

/** What the script draws. In its sentences `{0}` and `{1}` stand where it puts numbers or names. */
function dataOf(page: AtlasPage) {
  const { atlas, words, nameOf } = page;
  const { scatter, classes } = words.atlas;
  const name = groupNames(page);
  return {
    ...{ tile, columns, imagesOfSheet, sheetFolder },
    words: {
      ...{ chosen: scatter.chosen('{0}'), someShown: scatter.someShown('{0}', '{1}') },
      difference: classes.difference('{0}', '{1}'),
    },
    /** From -1 to 1. */
    colours: Array.from({ length: 255 }, (_, i) => divergingColour((i - 127) / 127)),
    groups: atlas.clusters.map(({ target, images }, k) => ({
      ...{ name: name[k], colour: groupColour(k), target },
      count: words.numbers.count(images.length),
    })),
    classes: atlas.classes.map((one) => ({
      ...{ name: nameOf(one.target), target: one.target, points: packedPoints(one, atlas.clusters) },
      mean: packedMap(one.mean),
    })),
    all: { name: classes.allImages, mean: packedMap(meanOfAll(page)) },
  };
}

/** 32-bit numbers in base64, little-endian. */
function packedMap(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return base64(new Uint8Array(view.buffer));
}

/** A name on a line of a script element that is no code: nothing in it ends the element or the line. */
function plainName(name: string): string {
  return name.replaceAll('<', '‹').replaceAll(/[\r\n]/g, ' ');
}

async function scriptHash(text: string): Promise<string> {
  return `sha256-${base64(hexBytes(await sha256(new TextEncoder().encode(text))))}`;
}
