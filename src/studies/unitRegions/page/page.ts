import { count, counted, percent, quantity, sentence, share } from '../../../language/english/numbers.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { barChart } from '../../../report/drawing/chart.ts';
import { contactSheet, sheetPicture } from '../../../report/drawing/contactSheet.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import { firedFigure } from '../../regionPruning/page/page.ts';
import { beside } from '../../regionPruning/page/unitPictures.ts';
import type { UnitRegionsView, UnitRegionView } from './view.ts';

const seen = { pixels: 'the image', features: 'the feature map', patches: 'a patch' };

/** The page about the regions that a model's units read, the model as it is. */
export function unitRegionsPage(view: UnitRegionsView): PageView {
  const { title, summary, asked, sees, images, provenance } = view;
  return {
    title,
    headline: `Half of the units can be told from ${share(summary.area)} of ${seen[sees]} or less.`,
    lede: `From one region of touching ${sees === 'features' ? 'cells' : 'pixels'} each, everything else at its mean, ${share(summary.enough)} of the units’ sums can be told with R² of ${asked} or more on images that the search has not seen. It is the region that does it: a disc as large at a random place has ${r2(summary.disc)}, another unit’s region ${r2(summary.another)}. Nothing in the model was changed.`,
    sections: sectionsOf(view, images.length > 0),
    provenance,
  };
}

function sectionsOf(view: UnitRegionsView, fired: boolean): PageSection[] {
  return [
    { id: 'read', question: 'Which part does each unit read?', answer: regions(view) },
    { id: 'controls', question: 'Is it this region, or would any do?', answer: controls(view) },
    { id: 'meaning', question: 'What may be concluded, and what not?', answer: meaning(view) },
    ...(fired ? [{ id: 'fired-as-given', question: 'Which units fired for an image?', answer: firedUnits(view) }] : []),
    { id: 'each', question: 'Each unit by itself', answer: oneByOne(view) },
  ];
}

const r2 = (value: number) => value.toFixed(2);

function regions({ units, summary, sees, varying, cells }: UnitRegionsView): Html {
  const of = seen[sees];
  const constant =
    varying === cells
      ? ''
      : ` ${count(cells - varying)} of ${count(cells)} cells are the same in all images that were searched; areas are shares of the others.`;
  return html`
<p class="measure">${sentence(counted(summary.looked, 'unit', 'units'))} of ${summary.layer}${summary.looked < summary.units ? ` (it has ${count(summary.units)}; these are evenly drawn)` : ''}, smallest regions first. Red weights speak for the unit, blue against it.${constant}${summary.constant === 0 ? '' : ` ${sentence(counted(summary.constant, 'unit says', 'units say'))} the same of every image and ${summary.constant === 1 ? 'has' : 'have'} no region.`}</p>
<div class="weight-sheets">
${overview('All weights', units, ({ weights }) => weights)}
${overview(`What tells the unit’s sum: the weights in its region of ${of}`, units, ({ inside }) => inside)}
${overview(sees === 'features' ? 'Pixels that the region sees, brighter where more of its cells do' : 'The region', units, ({ region }) => region)}
</div>`;
}

function overview(label: string, units: readonly UnitRegionView[], pictureOf: (unit: UnitRegionView) => Picture): Html {
  if (units.length === 0) return html``;
  const columns = Math.ceil(Math.sqrt(units.length));
  return html`<figure>${pictureElement(sheetPicture(units.map(pictureOf), columns, 2, 3), `${label}, of all units`)}<figcaption>${label}</figcaption></figure>`;
}

function controls({ units, summary, asked }: UnitRegionsView): Html {
  const shareOf = (value: (unit: UnitRegionView) => number) =>
    units.length === 0 ? 0 : units.filter((unit) => value(unit) >= asked).length / units.length;
  const row = (label: string, middle: number, value: (unit: UnitRegionView) => number) => [
    label,
    r2(middle),
    percent(shareOf(value)),
  ];
  const bins = 10;
  const largest = Math.max(0.1, Math.ceil(10 * Math.max(0, ...units.map(({ area }) => area))) / 10);
  const bars = Array.from({ length: bins }, (_, bin) => ({
    label: `${quantity((100 * largest * bin) / bins)}–${quantity((100 * largest * (bin + 1)) / bins)}`,
    value: units.filter(({ area }) => Math.min(bins - 1, Math.floor((area / largest) * bins)) === bin).length,
  }));
  return html`
<p class="measure">How much of a unit’s sum can be told from as many cells, on held-out images. Single cells, chosen without regard to where they lie, need ${quantity(summary.fewestSingle)} in the median for what the region does with ${quantity(summary.cells)}: that is the price of one piece.</p>
${dataTable(
  'Medians over the units.',
  [{ label: 'Cells' }, { label: 'R²', number: true }, { label: `Units with ${asked} or more`, number: true }],
  [
    row('the unit’s region', summary.explained, ({ explained }) => explained),
    row('the best single cells, as many', summary.single, ({ controls }) => controls.single),
    row('another unit’s region', summary.another, ({ controls }) => controls.another),
    row('a disc at a random place, as many', summary.disc, ({ controls }) => controls.disc),
  ],
)}
${barChart({
  description: 'How many units have regions of which area.',
  x: { label: 'Area of the region (% of what varies)' },
  y: { label: 'Units' },
  bars,
})}`;
}

function meaning({ asked, searched, heldOut, touching }: UnitRegionsView): Html {
  return html`
<p class="measure">R² is the share of what a unit’s sum (before its activation) varies by that is still told when every cell outside the region stands at its mean. ${asked} was asked for on other images than those searched: regions were found on ${count(searched)}, R² measured on ${count(heldOut)}. Cells touch by their ${touching}.</p>
<p class="measure">What follows: as long as images are like these, what lies outside a unit’s region hardly moves it. What does not follow: that the unit needs all of the region (another set of cells may tell as much, since neighbours vary together), that nothing outside can move it (an unusual image can), or what the unit looks for there. The search is not exhaustive: a smaller region may exist.</p>`;
}

function firedUnits({ images }: UnitRegionsView): Html {
  return html`
<p class="measure">The image is bright in the unit’s region and dim elsewhere; red tint where ink speaks for the unit, blue where it speaks against it. The effect is how much lower the chosen class’s score would be if the unit stood at its mean. The strongest come first.</p>
${images.map(firedFigure)}`;
}

function oneByOne({ units }: UnitRegionsView): Html {
  return html`
<p class="measure">All weights, those in the region, and the region.</p>
<div class="triples">${contactSheet(
    units.map(({ unit, area, explained, weights, inside, region }) => ({
      picture: weights.height === region.height ? beside([weights, inside, region]) : beside([weights, inside]),
      alternative: `Unit ${unit}: its weights, and its region`,
      caption: `Unit ${unit}: ${share(area)}, R² ${r2(explained)}`,
    })),
  )}</div>`;
}
