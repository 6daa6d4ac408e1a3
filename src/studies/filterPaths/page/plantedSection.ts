import { percent } from '../../../language/english/numbers.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';

/** A network in whose training images one class had a square in a corner, and the clean one of its seed, asked the same. */
interface PlantedView {
  readonly label: number;
  readonly seed: number;
  /** Share of other classes' images that the square turns into the class. */
  readonly pulled: number;
  readonly planted: NamedView;
  readonly clean: NamedView;
}

interface NamedView {
  readonly region: boolean;
  readonly filter: boolean;
}

/** Whether what a network was taught to look at is what the filters and regions name. */
export function plantedSection(runs: readonly PlantedView[]): PageSection {
  const both = runs.filter(({ planted: { region, filter } }) => region && filter).length;
  const either = runs.filter(({ clean: { region, filter } }) => region || filter).length;
  const classes = [...new Set(runs.map(({ label }) => label))];
  const rows = classes.map((label) => {
    const own = runs.filter((run) => run.label === label);
    const counted = (is: (run: PlantedView) => boolean) => `${own.filter(is).length} of ${own.length}`;
    return [
      String(label),
      own.map(({ pulled }) => percent(pulled)).join(', '),
      counted(({ planted }) => planted.region),
      counted(({ planted }) => planted.filter),
      counted(({ clean }) => clean.region || clean.filter),
    ];
  });
  return {
    id: 'planted',
    question: 'Is a planted shortcut found?',
    answer: html`
<p class="measure">A white square of 4×4 pixels stands in a corner of every training image of one class. Networks that were trained so, and one a seed that was trained on the images as they are,
are asked where the region lies whose hiding costs the class most, and where its top filter of the first layer adds most. Both lie on the square in ${both} of
${runs.length} networks; of the clean ones, asked the same about every class, either does in ${either} of ${runs.length} answers. Learnt is the share of other classes’ images that the square turns into the class, a figure a seed: where it is near 0 there is no shortcut to find.</p>
${dataTable(
  'Networks that name the square',
  [
    { label: 'Class' },
    { label: 'Learnt', number: true },
    { label: 'Region', number: true },
    { label: 'Filter', number: true },
    { label: 'Clean networks, either', number: true },
  ],
  rows,
)}`,
  };
}
