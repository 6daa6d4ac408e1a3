import { duration, percent } from '../../../language/english/numbers.ts';
import type { Classifier } from '../../../model/classifier.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { encodePictureFile } from '../../../pictures/png.ts';
import { sheetPicture } from '../../../report/drawing/contactSheet.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { mapPicture } from '../../../report/drawing/mapPicture.ts';
import { readMap } from '../../../report/drawing/mapReading.ts';
import { explainedImage } from '../../../report/explanation/explainedView.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import { html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import type { PaperResult, Reproduction } from '../../paper.ts';
import { amplitudePicture } from '../page/amplitudeColours.ts';
import { besideSheet } from '../page/beside.ts';
import { amplitudeMap, type BesideRow, holdsWords } from '../page/besideView.ts';
import { controlSection } from './controlSection.ts';
import type { Findings, TestedImage } from './experiment.ts';
import { paperFiguresSection } from './paperFiguresSection.ts';
import { proofSections } from './proofSections.ts';

const titles = {
  paper: 'The paper’s search, with masks',
  ours: 'Ours, with masks',
  real: 'Ours, real network',
  order: 'The same, order of all scores kept',
  proved: 'Proved',
} as const;

/** The page of `konkyo reproduce noncontributing`. */
export function reproductionPage(
  classifier: Classifier,
  findings: Findings,
  results: readonly PaperResult[],
  provenance: Provenance,
): PageView {
  const figure = (id: string) => results.find((result) => result.id === id)?.ours ?? Number.NaN;
  return {
    title: 'Non-contributing pixels, reproduced',
    headline: `The maps hold for independent noise, in ${percent(figure('unmasked.keep'))} of tries. Content of other images within them keeps the class in ${percent(figure('unmasked.keep.pasted'))}, and an attack in ${percent(figure('unmasked.attacked.keep'))} of images.`,
    lede: `The paper’s search, repeated, reaches an E of ${fixed(figure('paper.energy'), 3)} in ${duration(figure('paper.seconds'))} a digit; ours ${fixed(figure('ours.energy'), 3)} in ${duration(figure('ours.seconds'))}. Maps found with the paper’s masks keep the class in ${percent(figure('masked.keep'))} of fresh tries on the real network, maps found without them in ${percent(figure('unmasked.keep'))}.${squareWords(figure('certified.square.object'))}`,
    sections: [
      sheet(besideRows(classifier, findings)),
      searchSection(findings),
      ...figureSections(classifier, findings),
      maskSection(findings),
      controlSection(findings),
      ...proofSections(findings),
      figuresSection(results),
    ],
    provenance,
  };
}

/** With a space before it; empty where no square is proved. */
function squareWords(side: number): string {
  return side > 0
    ? ` It is proved that a square on the digit may hold anything, of ${fixed(side, 1)} pixels a side in the mean.`
    : '';
}

/** The sheet as one picture: a row a digit, with the columns of the page. */
export function reproductionPictures(classifier: Classifier, findings: Findings): Reproduction['files'] {
  const rows = besideRows(classifier, findings).map(({ image, shown }) => [
    coloured(image.picture),
    ...image.maps.map((map) => mapPicture(map, readMap(map), image.picture)),
    ...shown.flatMap(({ map }) => (map ? [amplitudePicture(map)] : [])),
  ]);
  // A digit without a proof would shift the columns.
  const columns = Math.max(...rows.map(({ length }) => length));
  const sheet = sheetPicture(rows.filter(({ length }) => length === columns).flat(), columns, 3);
  return [{ name: 'digits.png', bytes: encodePictureFile(sheet) }];
}

function coloured({ width, height, channels, data }: Picture): Picture {
  if (channels === 3) return { width, height, channels, data };
  return { width, height, channels: 3, data: Uint8Array.from([...data].flatMap((grey) => [grey, grey, grey])) };
}

function besideRows(classifier: Classifier, { digits }: Findings): BesideRow[] {
  return digits.map(({ named, explanation, paper, ours, real, order, proof }, i) => ({
    image: explainedImage(classifier, named, explanation, i),
    shown: [
      { title: titles.paper, map: amplitudeMap(classifier, paper.map.amplitude), holds: holdsWords(paper.map) },
      { title: titles.ours, map: amplitudeMap(classifier, ours.map.amplitude), holds: holdsWords(ours.map) },
      { title: titles.real, map: amplitudeMap(classifier, real.amplitude), holds: holdsWords(real) },
      { title: titles.order, map: amplitudeMap(classifier, order.amplitude), holds: holdsWords(order) },
      { title: titles.proved, map: proof ? amplitudeMap(classifier, proof.amplitude) : undefined },
    ],
  }));
}

function sheet(rows: readonly BesideRow[]): PageSection {
  return {
    id: 'sheet',
    question: 'Which pixels can be noisy without changing the decision?',
    answer: html`
<p class="measure">Pale yellow withstands noise of the whole range, dark blue none: every pixel is changed by a random number of its own up to its amplitude, all of them at once. Below each map stands how often the class stayed under such noise and under other changes of the same size. Proved means: under any change at all within the amplitudes. The other maps say the opposite thing: where the score reacts to small changes (red raises it, blue lowers it).</p>
${besideSheet(rows)}`,
  };
}

function figureSections(classifier: Classifier, { digits }: Findings): PageSection[] {
  return digits.flatMap(({ named, paper, figures }) => {
    const shown = { image: named.image, amplitude: paper.map.amplitude };
    return figures ? [paperFiguresSection(classifier, { ...shown, figures })] : [];
  });
}

function searchSection({ digits }: Findings): PageSection {
  const rows = digits.map(({ named, paper, ours }) => [
    named.name,
    String(named.truth ?? ''),
    `${fixed(paper.energy, 4)} ± ${fixed(paper.energyError, 4)}`,
    `${fixed(ours.energy, 4)} ± ${fixed(ours.energyError, 4)}`,
    signedPercent((ours.energy - paper.energy) / Math.abs(paper.energy)),
    paper.map.seconds.toFixed(1),
    ours.map.seconds.toFixed(2),
  ]);
  return {
    id: 'search',
    question: 'How well, and how fast, is it found?',
    answer: html`
<p class="measure">E is what both searches minimise: how far the scores stray beyond the tolerance, less the mean amplitude. Smaller is better. Both are measured on the same fresh noise, on the network with the paper’s masks.</p>
${dataTable(
  'Both searches on the first test image of each class that the network gets right; E with its standard error.',
  [
    { label: 'Image' },
    { label: 'Class' },
    { label: 'E, paper’s', number: true },
    { label: 'E, ours', number: true },
    { label: 'Difference', number: true },
    { label: 'Seconds, paper’s', number: true },
    { label: 'Seconds, ours', number: true },
  ],
  rows,
)}`,
  };
}

function maskSection({ tested }: Findings): PageSection {
  const mean = (value: (image: TestedImage) => number) =>
    tested.reduce((sum, image) => sum + value(image), 0) / tested.length;
  const worst = (value: (image: TestedImage) => number) => Math.min(...tested.map(value));
  return {
    id: 'masks',
    question: 'What do the masks do to the map?',
    answer: html`
<p class="measure">With the paper’s masks, positions of a layer in which the network sees no feature in the image stay at 0 whatever the noise does. The map is then of another network, one that noise in the background cannot disturb. Asked on the real network, it promises too much.</p>
${dataTable(
  `Means over ${tested.length} test images, ${tested[0]?.unmasked.measured.draws ?? 0} fresh noise images each.`,
  [{ label: '' }, { label: 'With masks', number: true }, { label: 'Without', number: true }],
  [
    [
      'E on the network that was searched',
      fixed(
        mean(({ masked }) => masked.energy),
        3,
      ),
      fixed(
        mean(({ unmasked }) => unmasked.energy),
        3,
      ),
    ],
    [
      'Mean amplitude',
      fixed(
        mean(({ masked }) => masked.meanAmplitude),
        3,
      ),
      fixed(
        mean(({ unmasked }) => unmasked.meanAmplitude),
        3,
      ),
    ],
    [
      'Class kept, network that was searched',
      percent(mean(({ masked }) => masked.masked.kept)),
      percent(mean(({ unmasked }) => unmasked.measured.kept)),
    ],
    [
      'Class kept, real network',
      percent(mean(({ masked }) => masked.measured.kept)),
      percent(mean(({ unmasked }) => unmasked.measured.kept)),
    ],
    [
      'The same, clipped to black and white',
      percent(mean(({ masked }) => masked.measured.keptClipped)),
      percent(mean(({ unmasked }) => unmasked.measured.keptClipped)),
    ],
    [
      'Class kept, real network, worst image',
      percent(worst(({ masked }) => masked.measured.kept)),
      percent(worst(({ unmasked }) => unmasked.measured.kept)),
    ],
  ],
)}`,
  };
}

function figuresSection(results: readonly PaperResult[]): PageSection {
  return {
    id: 'figures',
    question: 'What are all the figures?',
    answer: dataTable(
      'The paper shows pictures and gives no figures. Shares are fractions.',
      [{ label: 'Figure' }, { label: 'What' }, { label: 'Measured', number: true }],
      results.map(({ id, what, ours }) => [
        id,
        what,
        ours === null ? 'not measured' : fixed(Number(ours.toPrecision(4))),
      ]),
    ),
  };
}

function fixed(value: number, digits?: number): string {
  return (digits === undefined ? String(value) : value.toFixed(digits)).replace('-', '−');
}

function signedPercent(share: number): string {
  return `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(100 * share).toFixed(2)}%`;
}
