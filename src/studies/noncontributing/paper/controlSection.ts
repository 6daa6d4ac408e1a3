import { mean } from '../../../faithfulness/mean.ts';
import { percent } from '../../../language/english/numbers.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';
import type { Findings } from './experiment.ts';
import type { Likeness } from './mapControls.ts';

/** How much of the maps is of their images, and of what the network has learnt. */
export function controlSection({ controls }: Pick<Findings, 'controls'>): PageSection {
  const { different, random, randomCentred, retrainedCentred, identification } = controls;
  const row = (what: string, { whole, inner }: Likeness) => [what, figure(whole), figure(inner)];
  const picks = (what: string, { whole, inner }: Likeness) => [what, percent(whole), percent(inner)];
  return {
    id: 'controls',
    question: 'Is a map of its image, and of what the network learnt?',
    answer: html`
<p class="measure">All maps of a network are pale at the edge, which few windows of a convolution see. So maps of different images are alike too, and being alike says little by itself. What a map has of its own is left when the mean map of its network is subtracted.</p>
${dataTable(
  'Rank correlation of maps: 1 is the same order of pixels, 0 is none. Inner: without the four pixels at each side that are always empty.',
  [{ label: 'Maps' }, { label: 'Whole image', number: true }, { label: 'Inner part', number: true }],
  [
    row('of different images, the same network', different),
    row('of the same image, random weights', meanOf(random)),
    row('of the same image, random weights, less each network’s mean map', meanOf(randomCentred)),
    row('of the same image, trained again, less each network’s mean map', retrainedCentred),
  ],
)}
<p class="measure">Each map is compared with the network’s maps of all these images, less the mean maps. Does it pick its own?</p>
${dataTable(
  'Share of the maps that are most like the network’s map of their own image.',
  [{ label: 'Maps' }, { label: 'By the whole image', number: true }, { label: 'By the inner part', number: true }],
  [
    picks('of the same network, other noise', identification.again),
    picks('of the network trained again', identification.retrained),
    picks('of random weights', meanOf(identification.random)),
  ],
)}`,
  };
}

function meanOf(all: readonly Likeness[]): Likeness {
  return { whole: mean(all.map(({ whole }) => whole)), inner: mean(all.map(({ inner }) => inner)) };
}

function figure(value: number): string {
  return value.toFixed(2).replace('-', '−');
}
