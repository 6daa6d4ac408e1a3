import { listed } from '../../../language/english/numbers.ts';
import { toPixels } from '../../../model/pixels.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { signedPicture } from '../../../report/drawing/mapPicture.ts';
import type { ExampleMaps, FilterAnalysis } from '../filterAnalysis.ts';
import { pathName } from '../paths.ts';
import { gini, ranked, sameSets, type Tally } from '../tally.ts';
import { kernelPicture } from './kernels.ts';
import type { ExampleFigure, PathFigure, PathRow, Rank } from './view.ts';
import { largestSize } from './withRegions.ts';

/** More paths than this have no room in a table; they are summed up filter by filter. */
const mostColumns = 16;

/** The paper's figure; undefined where there are too many paths. */
export function pathFigure(analysis: FilterAnalysis): PathFigure | undefined {
  const { contributions, network, maps, examples } = analysis;
  const { paths, classes } = contributions;
  if (!paths || paths.length > mostColumns) return undefined;
  const picture = (label: number): Picture | undefined => {
    const example = examples.find((one) => one.label === label);
    return example && toPixels(example.image.data, network.classifier.input);
  };
  const rows = classes.map(({ label, name, images, paths: tally }): PathRow => {
    const own = ownMaps(analysis, label);
    const scale = scaleOf(own);
    const example = picture(label);
    return {
      label: name,
      images,
      gini: gini(tally?.wins ?? []),
      picture: example,
      cells: paths.map((_, i) => {
        const map = own[i];
        return {
          wins: tally?.wins[i] ?? 0,
          share: tally?.shares[i] ?? 0,
          map: map && signedPicture(map.values, map.height, map.width, scale),
          ...rankIn(i, tally),
        };
      }),
    };
  });
  const shown = maps?.find(({ label }) => label === exampleClass) ?? maps?.[0];
  const shownPicture = shown && picture(shown.label);
  return {
    columns: paths.map((path) => ({
      name: pathName(path),
      kernels: path.steps.flatMap(
        ({ layer, filter }, i) => kernelPicture(network, layer, filter, path.steps[i - 1]?.filter) ?? [],
      ),
    })),
    rows,
    example: shown && shownPicture ? exampleFigure(analysis, shown, shownPicture) : undefined,
    alike: sameSets(classes.map(({ paths: tally }) => topTwo(tally))).map((group) =>
      listed(group.map((i) => classes[i]?.name ?? '')),
    ),
  };
}

/** The paper's example is a five. */
const exampleClass = 5;

function ownMaps({ maps, examples }: FilterAnalysis, label: number) {
  const position = examples.findIndex((one) => one.label === label);
  return maps?.find((one) => one.label === label)?.byClass[position] ?? [];
}

function exampleFigure({ examples }: FilterAnalysis, { label, byClass }: ExampleMaps, picture: Picture): ExampleFigure {
  const scale = scaleOf(byClass.flat());
  return {
    label: examples.find((one) => one.label === label)?.name ?? String(label),
    picture,
    rows: byClass.map((row, position) => {
      const parts = row.map(({ values }) => total(values));
      const order = parts.map((_, i) => i).sort((a, b) => (parts[b] ?? 0) - (parts[a] ?? 0));
      return {
        label: examples[position]?.name ?? String(position),
        own: examples[position]?.label === label,
        total: total(parts),
        cells: row.map(({ values, height, width }, i) => ({
          map: signedPicture(values, height, width, scale),
          part: parts[i] ?? 0,
          ...rankAt(order.indexOf(i)),
        })),
      };
    }),
  };
}

function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0);
}

function scaleOf(maps: readonly { readonly values: Float32Array }[]): number {
  return maps.reduce((largest, { values }) => Math.max(largest, largestSize(values)), 0);
}

/** The two units that won most images, of those that won any. */
export function topTwo(tally: Tally | undefined): number[] {
  if (!tally) return [];
  return ranked(tally)
    .slice(0, 2)
    .filter((unit) => (tally.wins[unit] ?? 0) > 0);
}

export function rankIn(unit: number, tally: Tally | undefined): { readonly rank?: Rank } {
  return rankAt(topTwo(tally).indexOf(unit));
}

function rankAt(place: number): { readonly rank?: Rank } {
  return place === 0 ? { rank: 'first' } : place === 1 ? { rank: 'second' } : {};
}
