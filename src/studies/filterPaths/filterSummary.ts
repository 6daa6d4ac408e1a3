import type { Comparison, RankingTest } from './ablationTest.ts';
import type { FilterAnalysis } from './filterAnalysis.ts';
import { pathName } from './paths.ts';
import { gini, ranked, type Tally } from './tally.ts';

/** An analysis as plain data for scripts: no pictures. Units are in the order of `names`. */
export interface FilterSummary {
  readonly error: number;
  readonly paths?: readonly string[];
  readonly layers: readonly { readonly name: string; readonly filters: number }[];
  readonly classes: readonly ClassSummary[];
  /** What the units are ranked by: see AblationTest. */
  readonly ablation: { readonly excess: RankingTestSummary; readonly share: RankingTestSummary };
  readonly regions: { readonly rows: number; readonly columns: number; readonly side: number };
  readonly notes: readonly string[];
}

interface ClassSummary {
  readonly name: string;
  readonly images: number;
  readonly paths?: TallySummary;
  readonly layers: readonly TallySummary[];
  readonly regions?: RegionSummary;
}

interface TallySummary {
  readonly wins: readonly number[];
  readonly shares: readonly number[];
  /** The most frequent winners, most first. */
  readonly ranked: readonly number[];
  readonly gini: number;
}

interface RegionSummary {
  readonly right: number;
  readonly wrong: number;
  /** Means over the images that were right, region by region. */
  readonly drops: readonly number[];
  readonly flips: readonly number[];
  readonly fragile: number;
  /** Regions that decide the class's example image, and that alone keep its decision; null where no small set does. */
  readonly deciding: readonly number[] | null;
  readonly sufficient: readonly number[] | null;
}

type ComparisonSummary = Omit<Comparison, 'label'>;

interface RankingTestSummary {
  readonly filters: readonly ComparisonSummary[];
  readonly paths?: readonly ComparisonSummary[];
}

/** An analysis as plain data, without pictures: what `konkyo filters --json` prints. */
export function filterSummary({
  contributions,
  ablation,
  grid,
  regions,
  examples,
  network,
  notes,
}: FilterAnalysis): FilterSummary {
  const { paths, classes, error } = contributions;
  return {
    error,
    paths: paths?.map(pathName),
    layers: network.layers.map(({ name, filters }) => ({ name, filters })),
    classes: classes.map(({ label, name, images, paths: tally, layers }) => {
      const own = regions.find((one) => one.label === label);
      const example = examples.find((one) => one.label === label);
      return {
        name,
        images,
        paths: tally && tallySummary(tally),
        layers: layers.map(tallySummary),
        ...(own
          ? {
              regions: {
                right: own.right.images,
                wrong: own.wrong.images,
                drops: [...own.right.drops],
                flips: [...own.right.flips],
                fragile: own.right.fragile,
                deciding: example?.sets.deciding?.regions ?? null,
                sufficient: example?.sets.sufficient?.regions ?? null,
              },
            }
          : {}),
      };
    }),
    ablation: { excess: rankingTestSummary(ablation.excess), share: rankingTestSummary(ablation.share) },
    regions: { rows: grid.rows, columns: grid.columns, side: grid.side },
    notes,
  };
}

function rankingTestSummary({ filters, paths }: RankingTest): RankingTestSummary {
  const plain = ({ label: _, ...rest }: Comparison): ComparisonSummary => rest;
  return { filters: filters.map(plain), paths: paths?.map(plain) };
}

function tallySummary(tally: Tally): TallySummary {
  return { wins: tally.wins, shares: tally.shares, ranked: ranked(tally), gini: gini(tally.wins) };
}
