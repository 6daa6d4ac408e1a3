import { count, percent } from '../../../language/english/numbers.ts';
import { lineChart } from '../../../report/drawing/chart.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';

/** Networks with different numbers of filters, trained alike. */
interface SearchView {
  readonly updates: number;
  readonly target: number;
  /** The full network first, then by their number of parameters. */
  readonly networks: readonly SearchedView[];
  readonly smallest?: SearchedView;
  /** Trained as long as the paper's, an accuracy a seed. */
  readonly long: readonly {
    readonly filters: readonly [number, number];
    readonly parameters: number;
    readonly accuracies: readonly number[];
  }[];
}

interface SearchedView {
  readonly filters: readonly [number, number];
  readonly kernel: number;
  readonly parameters: number;
  readonly accuracy: number;
}

/** Accuracy against parameters. */
export function searchSection({ updates, target, networks, smallest, long }: SearchView): PageSection {
  const [full, ...small] = networks;
  const points = small.map(({ parameters, accuracy }) => ({ x: parameters, y: 100 * accuracy }));
  const found = smallest
    ? `The fewest parameters that reach ${percent(target)} are ${count(smallest.parameters)}, with ${smallest.filters[0]} and ${smallest.filters[1]} filters.`
    : `None of them reaches ${percent(target)}.`;
  const rows = networks.map(({ filters, kernel, parameters, accuracy }) => [
    `${filters[0]} and ${filters[1]} (5×5, ${kernel}×${kernel})`,
    count(parameters),
    percent(accuracy),
  ]);
  return {
    id: 'search',
    question: 'How few filters are enough?',
    answer: html`
<p class="measure">The paper cut LeNet to the fewest filters that keep ${percent(target)}. Here every network is trained for ${count(updates)} updates of 100 images, a fraction of the paper’s 100,000, so all of them would do better with more. ${found} ${full ? `LeNet itself, trained alike, has ${count(full.parameters)} parameters and reaches ${percent(full.accuracy)}.` : ''}</p>
${lineChart({
  description: `Test accuracy against parameters of ${small.length} small networks.`,
  x: { label: 'Parameters' },
  y: { label: 'Test accuracy (%)' },
  series: [
    { label: '', points, kind: 'own' },
    {
      label: percent(target),
      kind: 'comparison',
      points: [points[0], points.at(-1)].flatMap((point) => (point ? [{ x: point.x, y: 100 * target }] : [])),
    },
  ],
  dots: true,
})}
${dataTable('Filters of the two layers, and test accuracy', [{ label: 'Filters' }, { label: 'Parameters', number: true }, { label: 'Accuracy', number: true }], rows)}
${
  long.length === 0
    ? undefined
    : dataTable(
        'Trained as long as the paper’s network, once a seed',
        [{ label: 'Filters' }, { label: 'Parameters', number: true }, { label: 'Accuracies', number: true }],
        long.map(({ filters, parameters, accuracies }) => [
          `${filters[0]} and ${filters[1]}`,
          count(parameters),
          accuracies.map(percent).join(', '),
        ]),
      )
}`,
  };
}
