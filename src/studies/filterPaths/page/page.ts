import { count, percent, quantity, share } from '../../../language/english/numbers.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import { verdictMark } from '../../../report/drawing/verdict.ts';
import { type Content, type Html, html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import type {
  AblationTable,
  ExampleFigure,
  FiltersView,
  LayerTable,
  PathFigure,
  Rank,
  RegionFigure,
  RegionRow,
  StageFigure,
} from './view.ts';

/** The page about a network's filters and the regions of its images. */
export function filtersPage(view: FiltersView): PageView {
  const { title, headline, lede, provenance } = view;
  const sections: PageSection[] = [
    ...(view.paths
      ? [
          {
            id: 'paths',
            question: 'Which way through the filters carries each class?',
            answer: pathsAnswer(view.paths),
          },
        ]
      : []),
    ...(view.paths?.example
      ? [
          {
            id: 'example',
            question: 'What does one image’s score consist of?',
            answer: exampleAnswer(view.paths, view.paths.example),
          },
        ]
      : []),
    { id: 'filters', question: 'Which filters of each layer carry a class?', answer: layersAnswer(view.layers) },
    { id: 'holds', question: 'Ablation test: what does taking them out cost?', answer: ablationAnswer(view.ablation) },
    { id: 'regions', question: 'Which regions can its decisions not do without?', answer: regionsAnswer(view.regions) },
    { id: 'sums', question: 'Do the parts add up, and what else is to be known?', answer: sumsAnswer(view) },
  ];
  return { title, headline, lede, sections, provenance };
}

function framed(content: Content, rank: Rank | undefined): Html {
  return html`<div class="framed${rank === undefined ? '' : ` ${rank}`}">${content}</div>`;
}

const frames = html`<span class="key first">first</span> and <span class="key second">second</span>`;

function pathsAnswer({ columns, rows, alike }: PathFigure): Html {
  const distinct =
    alike.length === 0
      ? 'Every class has a different pair of first and second path.'
      : `These classes have the same pair of first and second path: ${alike.join('; ')}.`;
  return html`
<p class="measure">A path leads through one filter of each layer. With every ReLU and every pooling choice as the image set them, the network is linear, and a class’s score is the sum of what comes through each path, and of the biases. A path wins an image if it brings the most to the score of the image’s own class. Framed, as are the filters it leads through: the ${frames} most frequent winner; a second that wins less than a tenth of what the first does is left out. ${distinct}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Which path wins for each class"><table class="paths">
  <thead><tr><th scope="col">Class</th>${columns.map(
    ({ name, kernels }) =>
      html`<th scope="col"><span class="kernels">${kernels.map((kernel) => pictureElement(kernel, ''))}</span>${name}</th>`,
  )}<th scope="col">Filters</th><th scope="col" class="number">Gini</th></tr></thead>
  <tbody>${rows.map(
    ({ label, images, picture, gini, cells, kernels }) => html`
    <tr><th scope="row">${picture && pictureElement(picture, `Example of ${label}`)}<span>${label}<small>${count(images)} images</small></span></th>${cells.map(
      ({ map, wins, share: part, rank }) =>
        html`<td>${framed(
          map && pictureElement(map, `Map of this path for the example of ${label}`),
          rank,
        )}<span class="wins">${wins === 0 ? '0' : share(wins / images)}</span><small>${signedShare(part)}</small></td>`,
    )}<td>${kernels.map((layer) => html`<span class="kernels">${layer.map(({ picture: kernel, rank }) => framed(pictureElement(kernel, ''), rank))}</span>`)}</td><td class="number">${gini.toFixed(2)}</td></tr>`,
  )}
  </tbody>
</table></div>
<p class="note">The maps show where on the last layer’s pooled map the path’s part of the example’s score comes from: red for the class, blue against it, on one scale a class. Below: of how many of the class’s images the path is the winner, and its mean share of the score (its part over the sum of all parts’ sizes). Gini: 0 where all paths win equally often, ${((columns.length - 1) / columns.length).toFixed(2)} where one wins always.</p>`;
}

function signedShare(part: number): string {
  return `${part > 0 ? '+' : ''}${percent(part)}`;
}

function exampleAnswer({ columns }: PathFigure, example: ExampleFigure): Html {
  const { label, picture, rows, stages } = example;
  return html`
${stages.length === 0 ? undefined : processing(picture, label, stages)}
<p class="measure">The image at the head of the table is decided as ${label}. Each row shows what every path brings to one class’s score, as the paper’s figure of the processing does: ${rows.length} × ${columns.length} maps. All are on one scale, so that they can be compared. Framed: the ${frames} largest part of a row.</p>
<div class="scroll" tabindex="0" role="region" aria-label="What each path brings to each class"><table class="paths">
  <thead><tr><th scope="col">${pictureElement(picture, `Example of ${label}`)}Score of</th>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}<th scope="col" class="number">All paths</th></tr></thead>
  <tbody>${rows.map(
    (row) => html`
    <tr${row.own ? html` class="own"` : undefined}><th scope="row"><span>${row.label}</span></th>${row.cells.map(
      ({ map, part, rank }) =>
        html`<td>${framed(pictureElement(map, `${quantity(part)} for ${row.label}`), rank)}<span class="wins">${quantity(part)}</span></td>`,
    )}<td class="number">${quantity(row.total)}</td></tr>`,
  )}
  </tbody>
</table></div>`;
}

/** The paper's figure of the processing, up to the products. */
function processing(picture: Picture, label: string, stages: readonly StageFigure[]): Html {
  return html`
<p class="measure">From the image to the products, step by step: each convolution’s maps after its activation, each pooling’s maps, and below them what these bring to each class. Every step is drawn on a scale of its own, red above 0.</p>
<div class="stages"><figure>${pictureElement(picture, `Example of ${label}`)}<figcaption>image</figcaption></figure>${stages.map(
    ({ name, size, pooled, maps }) => html`
  <figure><span class="maps">${maps.map((map, i) => pictureElement(map, `Map ${i} after ${name}`))}</span><figcaption>${name}<small>${size}${pooled ? ', pooled' : ''}</small></figcaption></figure>`,
  )}
</div>`;
}

function layersAnswer(layers: readonly LayerTable[]): Html {
  return html`
<p class="measure">What goes through a filter, whichever way it comes and goes on: the same split, summed over all paths through it. Framed: the filter that wins ${frames} most images of the class, within its layer. Layers with many filters show each class’s strongest.</p>
${layers.map(
  ({ name, filters, rows }) => html`
<h3>${name}</h3>
${filters.length === 0 ? undefined : html`<div class="filter-row">${filters.map((filter, i) => html`<figure>${pictureElement(filter, `Filter ${i} of ${name}`)}<figcaption>${i}</figcaption></figure>`)}</div>`}
<div class="scroll" tabindex="0" role="region" aria-label="Filters of ${name}"><table class="data filters-table"><tbody>${rows.map(
    ({ label, cells, gini }) => html`
  <tr><th scope="row">${label}</th>${cells.map(
    ({ filter, wins, share: part, rank }) =>
      html`<td><span class="tag${rank === undefined ? '' : ` ${rank}`}">${filter}</span> ${wins === 0 ? '0' : share(wins)} <small>${signedShare(part)}</small></td>`,
  )}<td class="number">Gini ${gini.toFixed(2)}</td></tr>`,
  )}</tbody></table></div>`,
)}
<p class="note">Beside each filter’s number: of how many images it is the winner in its layer, and its mean share: its part over the sum of the sizes of all parts of its layer.</p>`;
}

function ablationAnswer(tables: readonly AblationTable[]): Html {
  return html`
<p class="measure">A contribution is a claim: without this filter the class would be worse off. Here the top unit of a ranking is set to its mean over the training images of all classes, place by place, and so is the bottom one; what that costs the class is counted on test images. Units are ranked twice: by what they add to the class’s score beyond their mean, which is what would be lost if every activation and pooling choice stayed as it is; and by their mean share, as in the tables above. The interval is a paired bootstrap over the images (95%). Where it is not above 0, the claim is not borne out.</p>
<div class="ablation">${tables.map(({ caption, rows }) =>
    dataTable(
      caption,
      [
        { label: 'Class' },
        { label: 'Accuracy', number: true },
        { label: 'Top-ranked' },
        { label: 'costs', number: true },
        { label: 'Bottom-ranked' },
        { label: 'costs', number: true },
        { label: 'Difference (95%)', number: true },
        { label: 'Borne out' },
      ],
      rows.map(({ label, accuracy, top, bottom, difference, verdict }) => [
        label,
        percent(accuracy),
        top.unit,
        points(top.drop),
        bottom.unit,
        points(bottom.drop),
        `${points(difference.mean)} (${points(difference.low)} to ${points(difference.high)})`,
        html`<span class="${verdict}">${verdictMark(verdict)} ${borneOut[verdict]}</span>`,
      ]),
    ),
  )}
</div>
<p class="note">Costs are percentage points of the class’s accuracy; below 0, it is better off without.</p>`;
}

const borneOut = { good: 'yes', fair: 'undecided', poor: 'no: the reverse' } as const;

function points(drop: number): string {
  return (100 * drop).toFixed(1).replace('-', '−');
}

function regionsAnswer({ grid, fill, rows }: RegionFigure): Html {
  return html`
<p class="measure">Each image is divided into ${grid}. One region at a time is occluded (${fill}), and what the network then decides is compared with what it decided before. Below, the mean over the images of each class that were right: by how much the score of the decision falls (red; blue where it rises), and how often the decision becomes another one.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Regions that matter, by class"><table class="paths regions">
  <thead><tr><th scope="col">Class</th><th scope="col">Score drop, right decisions</th><th scope="col">Decision flips</th><th scope="col">Score drop, wrong decisions</th><th scope="col">Occluding these changes the example</th><th scope="col">These alone keep it</th></tr></thead>
  <tbody>${rows.map(regionRow)}
  </tbody>
</table></div>
<p class="note">Occluded regions are drawn in violet. The sets are found by adding regions one after another, then leaving out and exchanging; no region of a set can be spared, but a smaller set may exist. A set of no region means that the network decides so of an image of which nothing is seen: a small set that alone keeps a decision says more about that than about the image.</p>`;
}

function regionRow(row: RegionRow): Html {
  const {
    label,
    images,
    wrongImages,
    drops,
    flips,
    largestDrop,
    largestFlip,
    wrongDrops,
    fragile,
    deciding,
    sufficient,
  } = row;
  const many = (n: number) => `${n} ${n === 1 ? 'region' : 'regions'}`;
  return html`
    <tr><th scope="row">${pictureElement(row.example.picture, `Example of ${label}`)}<span>${label}<small>${images} right, ${wrongImages} wrong</small></span></th>
    <td>${pictureElement(drops, `Mean score drop by region for ${label}`)}<small>at most ${quantity(largestDrop)}</small></td>
    <td>${pictureElement(flips, `Share of decisions flipped by region for ${label}`)}<small>${fragile === 0 ? 'no region flips any' : `${percent(fragile)} flipped by some region, at most ${percent(largestFlip)} by one`}</small></td>
    <td>${wrongDrops ? pictureElement(wrongDrops, `Mean score drop by region for wrong decisions on ${label}`) : html`<small>none wrong</small>`}</td>
    <td>${deciding ? html`${pictureElement(deciding.picture, `Regions whose occlusion changes the decision`)}<small>${many(deciding.regions)}: then it says ${deciding.decides}</small>` : html`<small>no small set</small>`}</td>
    <td>${sufficient ? html`${pictureElement(sufficient.picture, `Regions that alone keep the decision`)}<small>${many(sufficient.regions)}</small>` : html`<small>no small set</small>`}</td></tr>`;
}

function sumsAnswer({ sums, notes }: FiltersView): Html {
  return html`
${dataTable(
  '',
  [{ label: 'Figure' }, { label: '', number: true }],
  sums.map(({ label, value }) => [label, value]),
)}
${notes.length === 0 ? undefined : html`<ul class="measure">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}`;
}
