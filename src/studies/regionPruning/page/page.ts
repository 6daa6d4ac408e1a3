import { count, counted, percent, quantity, sentence, share, signed } from '../../../language/english/numbers.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { barChart, lineChart } from '../../../report/drawing/chart.ts';
import { contactSheet, sheetPicture } from '../../../report/drawing/contactSheet.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import { type Html, heading, html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import { unitTriple } from './layerView.ts';
import type { FiredView, LayerView, RegionsView, RunView, UnitView } from './view.ts';

/** The page about a pruned layer: what was removed at what cost, what is left of each unit, and whether it holds. */
export function regionsPage(view: RegionsView): PageView {
  const { title, headline, lede, layers, provenance } = view;
  const sections: readonly PageSection[] = [
    { id: 'cost', question: 'What was removed, and what did it cost?', answer: cost(view) },
    { id: 'units', question: 'Which part of the image does each unit use?', answer: html`${layers.map(units)}` },
    { id: 'groups', question: 'Did all units lose as much?', answer: html`${layers.map(groups)}` },
    { id: 'holds', question: 'Do the regions hold?', answer: html`${layers.map(holds)}` },
    { id: 'fired', question: 'Which units fired for an image, and for what?', answer: html`${layers.map(fired)}` },
  ];
  const answered = layers.some(({ images }) => images.length > 0)
    ? sections
    : sections.filter(({ id }) => id !== 'fired');
  return { title, headline, lede, sections: answered, provenance };
}

const lastOf = ({ rounds }: RunView) => rounds.at(-1);

function cost({ runs, varying, inputs }: RegionsView): Html {
  const constant =
    varying === inputs
      ? 'All of the layer’s inputs vary over the training images.'
      : `${inputs - varying} of the layer’s ${inputs} inputs are the same in every training image: their weights never learn, and they are counted apart. Areas are shares of the ${varying} others.`;
  return html`
<p class="measure">Accuracy is on test images, before the cuts and after the last retraining; nothing was chosen by them. ${constant}</p>
${dataTable(
  'Each way of pruning, after its last round. Medians are of the units that still have weights.',
  [
    { label: 'Way of pruning' },
    { label: 'Accuracy', number: true },
    { label: 'Weights left', number: true },
    { label: 'Living units', number: true },
    { label: 'Regions a unit', number: true },
    { label: 'Area of a unit', number: true },
    { label: 'Compactness', number: true },
  ],
  runs.flatMap((run) => {
    const last = lastOf(run);
    return last
      ? [
          [
            html`${run.label}<small>${run.about}</small>`,
            percent(last.accuracy),
            percent(last.varyingLeft),
            last.alive,
            quantity(last.medianRegions),
            share(last.medianArea),
            last.medianCompactness.toFixed(2),
          ],
        ]
      : [];
  }),
)}
<p class="note">Compactness is 16 × area / perimeter²: 1 for a square, near 0 for threads and sieves.</p>
${lineChart({
  description: 'Test accuracy after each round, against the share of the layer’s weights that is left.',
  x: { label: 'Weights of varying inputs left (%)', domain: [100, 0] },
  y: { label: 'Test accuracy (%)' },
  dots: true,
  series: runs
    .filter(({ charted }) => charted)
    .map(({ label, kind, before, rounds }) => ({
      label,
      kind,
      points: [
        { x: 100, y: 100 * before },
        ...rounds.map(({ varyingLeft, accuracy }) => ({ x: 100 * varyingLeft, y: 100 * accuracy })),
      ],
    })),
})}`;
}

function titled(layer: LayerView, answer: Html): Html {
  return html`<section class="pruned">${heading(3, layer.label)}${answer}</section>`;
}

function units(layer: LayerView): Html {
  const { units: all, removed, summary, seesFeatures } = layer;
  const living = all.filter(({ regions }) => regions > 0);
  const third = seesFeatures
    ? 'the pixels its regions see, brighter where more of their cells look'
    : 'its regions in white';
  return titled(
    layer,
    html`
<p class="measure">${sentence(counted(removed.length, 'unit', 'units'))}, ${summary.alive} of them alive; half of these use ${share(summary.medianArea)} or less of the varying inputs, in ${quantity(summary.medianRegions)} ${summary.medianRegions === 1 ? 'region' : 'regions'}. Each picture is a unit’s weights where they lie ${seesFeatures ? 'on the feature map, channel beside channel' : 'on the image'}: red speaks for the unit, blue against it, brighter is stronger, black is nothing. Those that lost most come first.${all.length < removed.length ? ` ${all.length} of them are drawn, evenly chosen.` : ''}</p>
<div class="weight-sheets">
${overview('Weights before', all, ({ before }) => before)}
${overview('Weights after', all, ({ after }) => after)}
${overview(seesFeatures ? 'Pixels seen' : 'Regions', all, ({ seen }) => seen)}
</div>
${heading(4, 'The living units one by one')}
<p class="measure">Before, after, and ${third}.</p>
<div class="triples">${contactSheet(
      living.map((unit) => ({
        picture: unitTriple(unit),
        alternative: `Unit ${unit.unit}: weights before and after pruning, and its regions`,
        caption: `Unit ${unit.unit}: ${share(unit.removed)} removed, ${counted(unit.regions, 'region', 'regions')}`,
      })),
    )}</div>`,
  );
}

function overview(label: string, all: readonly UnitView[], pictureOf: (unit: UnitView) => Picture): Html {
  const columns = Math.ceil(Math.sqrt(all.length));
  return html`<figure>${pictureElement(sheetPicture(all.map(pictureOf), columns, 2, 3), `${label} of all units`)}<figcaption>${label}</figcaption></figure>`;
}

const bins = 10;

function groups(layer: LayerView): Html {
  const { removed: all, summary, rounds } = layer;
  const bars = Array.from({ length: bins }, (_, bin) => ({
    label: `${(100 * bin) / bins}–${(100 * (bin + 1)) / bins}`,
    value: all.filter((removed) => Math.min(bins - 1, Math.floor(removed * bins + 1e-9)) === bin).length,
  }));
  return titled(
    layer,
    html`
<p class="measure">${share(summary.removed90)} of the units lost 90% of their weights or more, ${share(summary.removed40)} lost 40% or less.</p>
${barChart({
  description: 'How many units lost which share of their weights.',
  x: { label: 'Share of a unit’s weights removed (%)' },
  y: { label: 'Units' },
  bars,
})}
${dataTable(
  'Round by round.',
  [
    { label: 'Round' },
    { label: 'Accuracy after the cuts', number: true },
    { label: 'After retraining', number: true },
    { label: 'Weights left', number: true },
    { label: 'Regions', number: true },
    { label: 'Lost 90% or more', number: true },
    { label: 'Lost 40% or less', number: true },
  ],
  rounds.map((record) => [
    record.round,
    percent(record.cutAccuracy),
    percent(record.accuracy),
    percent(record.weightsLeft),
    count(record.regions),
    share(record.removed90),
    share(record.removed40),
  ]),
)}`,
  );
}

function holds(layer: LayerView): Html {
  const [own] = layer.hidden;
  const names = { pruned: 'pruned network', original: 'network before pruning' };
  return titled(
    layer,
    html`
<p class="measure">One region of one unit at a time is hidden: the unit is shown black there. A surviving region must change the unit, and through it the scores; what was removed must not. Each surviving region is compared with one as large of the same unit, out of what was removed. In the network before pruning the same cells still have their weights: what they did there was given up, or taken over by others.</p>
${dataTable(
  `Means over ${own?.effect.regions ?? 0} surviving regions (${quantity(own?.effect.cells ?? 0)} cells each) and test images.`,
  [
    { label: 'Hidden' },
    { label: 'Change of the unit’s activation', number: true },
    { label: 'Change of a class score by it', number: true },
    { label: 'Decisions changed by it', number: true },
    { label: 'Decisions changed if hidden from all units', number: true },
  ],
  layer.hidden
    .filter(({ effect }) => effect.regions > 0)
    .map(({ network, regions, effect }) => [
      `${regions === 'surviving' ? 'surviving' : 'removed'} regions, ${names[network]}`,
      quantity(effect.activation),
      quantity(effect.scores),
      percent(effect.decisions),
      percent(effect.decisionsWithoutAll),
    ]),
)}`,
  );
}

function fired(layer: LayerView): Html {
  return titled(
    layer,
    html`
<p class="measure">The image is bright where the unit looks and dim elsewhere; red tint where ink speaks for the unit, blue where it speaks against it. The effect is how much lower the chosen class’s score would be if the unit stood at its mean. The strongest come first.</p>
${layer.images.map(firedFigure)}`,
  );
}

/** The units that fired for one image, each over it. */
export function firedFigure({ name, truth, chosen, picture, fired: count, units: strongest }: FiredView): Html {
  const verdict = truth === chosen ? `decided as ${chosen}, rightly` : `decided as ${chosen}, but it is ${truth}`;
  return html`
<div class="fired">
  <figure>${pictureElement(picture, `${name}: ${truth}`)}<figcaption>${name}: ${verdict}. ${counted(count, 'unit', 'units')} fired.</figcaption></figure>
  ${contactSheet(
    strongest.map(({ unit, activation, effect, overlay }) => ({
      picture: overlay,
      alternative: `What unit ${unit} uses of ${name}`,
      caption: html`Unit ${unit}<br>fires ${quantity(activation)}<br>effect ${signed(effect)}`,
    })),
  )}
</div>`;
}
