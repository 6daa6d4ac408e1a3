import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, heading, html } from '../../../report/page/html.ts';
import { meanMap } from '../atlas.ts';
import { largestOf, meanPicture, minus } from './meanPicture.ts';
import type { AtlasPage } from './view.ts';

/** The mean map of each class, how it differs from all, and any two of them compared. */
export function classMeans(page: AtlasPage): Html {
  const { atlas, words, nameOf, height, width } = page;
  const { classes } = words.atlas;
  const all = meanOfAll(page);
  const { label, images, mean, beyondAll } = classes.columns;
  const names = atlas.classes.map(({ target }) => nameOf(target));
  const options = [...names, classes.allImages].map((name) => html`<option>${name}</option>`);
  const choice = (id: string, about: string) => html`<label>${about}<br><select id="${id}">${options}</select></label>`;
  return html`
<p>${classes.about}</p>
${dataTable(
  classes.table,
  [{ label }, { label: images, number: true }, { label: mean }, { label: beyondAll }],
  atlas.classes.map((one) => {
    const name = nameOf(one.target);
    const difference = minus(one.mean, all);
    return [
      name,
      words.numbers.count(one.images.length),
      meanPicture(one.mean, classes.meanOf(name), page),
      meanPicture(difference, classes.beyondAll(name), page, largestOf(one.mean)),
    ];
  }),
)}
${heading(3, html`<span id="compare">${classes.compare}</span>`)}
<p>${classes.compareAbout}</p>
<div class="comparison">
  <canvas id="difference" class="mean" width="${width}" height="${height}" role="img"></canvas>
  <div>${choice('first', classes.first)}${choice('second', classes.second)}</div>
</div>`;
}

/** The mean map of all images. */
export function meanOfAll({ atlas }: Pick<AtlasPage, 'atlas'>): Float64Array {
  return meanMap(atlas.classes.flatMap(({ images }) => images));
}
