import { count, counted, quantity } from '../../../language/english/numbers.ts';
import { wordsIn } from '../../../language/words.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import type { Fill } from '../../occludedRegions/occluding.ts';
import { type AblationTest, borneOut, type Comparison, type RankingTest } from '../ablationTest.ts';
import type { FilterAnalysis } from '../filterAnalysis.ts';
import { gini, ranked } from '../tally.ts';
import { layerKernels } from './kernels.ts';
import { pathFigure, rankIn } from './pathFigureView.ts';
import { regionRow } from './regionRowView.ts';
import type { AblationTable, FiltersView, LayerTable } from './view.ts';

interface FiltersViewOptions {
  readonly title: string;
  readonly provenance: Provenance;
}

/** What the page shows of an analysis. */
export function filtersView(analysis: FilterAnalysis, { title, provenance }: FiltersViewOptions): FiltersView {
  const { contributions, grid, settings, regions, notes, network } = analysis;
  const ablation = ablationTables(analysis);
  const paths = pathFigure(analysis);
  const { classes } = contributions;
  const total = classes.reduce((sum, one) => sum + one.images, 0);
  return {
    title,
    headline: headlineOf(analysis),
    lede: `${ledeOf(analysis.ablation)} What is said of contributions is over ${count(total)} training images of ${counted(classes.length, 'class', 'classes')}; the ablation test, and the regions, over test images.`,
    paths,
    layers: layerTables(analysis),
    sums: [
      {
        label: 'Largest distance of an image’s parts from its score, as a share of the sum of their sizes',
        value: quantity(contributions.error),
      },
      {
        label: 'Layers of filters',
        value: network.layers.map(({ name, filters }) => `${name} (${filters})`).join(', '),
      },
      ...(contributions.paths ? [{ label: 'Paths', value: String(contributions.paths.length) }] : []),
    ],
    ablation,
    regions: {
      grid: `${grid.rows} × ${grid.columns} regions of ${grid.side} × ${grid.side} pixels`,
      fill: fillWords(settings.fill),
      rows: regions.flatMap((row) => regionRow(analysis, row)),
    },
    notes,
    provenance,
  };
}

/** What a occluded region shows, in words. */
export function fillWords(fill: Fill): string {
  return wordsIn('en').studies.deciding.covered(fill);
}

function headlineOf({ contributions, network }: FilterAnalysis): string {
  const { classes, paths } = contributions;
  const units = paths ? 'paths through the filters' : `filters of ${network.layers.at(-1)?.name ?? 'the last layer'}`;
  const halves = classes.map(({ paths: tally, layers }) => {
    const { wins = [], images = 1 } = tally ?? layers.at(-1) ?? {};
    const [first = 0, second = 0] = wins.toSorted((a, b) => b - a);
    return (first + second) / images;
  });
  const share = halves.reduce((sum, half) => sum + half, 0) / halves.length;
  return `Two ${units} win ${Math.round(100 * share)}% of a class’s images`;
}

function ledeOf({ excess, share }: AblationTest): string {
  return `Taking out the filter that adds most to a class’s score beyond its mean costs the class more than taking out the one that adds least in ${borneOut(excess.filters)} of ${counted(excess.filters.length, 'class', 'classes')} (95% interval above 0); ranked by share of the score, as in the paper, in ${borneOut(share.filters)}.`;
}

/** Layers with more filters than this show each class's strongest. */
const mostFilters = 6;

function layerTables({ contributions, network }: FilterAnalysis): LayerTable[] {
  return network.layers.map((layer, i) => ({
    name: layer.name,
    filters: layerKernels(network, layer),
    rows: contributions.classes.flatMap(({ name, layers }) => {
      const tally = layers[i];
      if (!tally) return [];
      const shown = layer.filters <= mostFilters ? Array.from(tally.wins.keys()) : ranked(tally).slice(0, mostFilters);
      return [
        {
          label: name,
          gini: gini(tally.wins),
          cells: shown.map((filter) => ({
            filter,
            wins: (tally.wins[filter] ?? 0) / tally.images,
            share: tally.shares[filter] ?? 0,
            ...rankIn(filter, tally),
          })),
        },
      ];
    }),
  }));
}

function ablationTables({ ablation }: FilterAnalysis): AblationTable[] {
  const table = (caption: string, comparisons: readonly Comparison[]): AblationTable => {
    const rows = comparisons.map(({ name, images, accuracy, top, bottom, difference }) => ({
      label: name,
      images,
      accuracy,
      top,
      bottom,
      difference,
      verdict: difference.low > 0 ? ('good' as const) : difference.high < 0 ? ('poor' as const) : ('fair' as const),
    }));
    return { caption, rows };
  };
  const both = (words: string, { filters, paths }: RankingTest) => [
    table(`One filter taken out, ranked by ${words}`, filters),
    ...(paths ? [table(`One path taken out, ranked by ${words}`, paths)] : []),
  ];
  return [...both('what it adds beyond its mean', ablation.excess), ...both('its mean share', ablation.share)];
}
