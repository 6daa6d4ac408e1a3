import { listed } from '../../../language/english/numbers.ts';
import { toPixels } from '../../../model/pixels.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { signedPicture } from '../../../report/drawing/mapPicture.ts';
import { type ExampleMaps, type FilterAnalysis, shownClass } from '../filterAnalysis.ts';
import { pathName } from '../paths.ts';
import type { Stage } from '../processing.ts';
import { gini, ranked, sameSets, type Tally } from '../tally.ts';
import { kernelPicture } from './kernels.ts';
import type { ExampleFigure, PathFigure, PathRow, Rank, StageFigure } from './view.ts';
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
      kernels: framedKernels(analysis, framedUnits(tally)),
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
  const shown = maps?.find(({ label }) => label === shownClass) ?? maps?.[0];
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

/** Every filter of each layer, in the frame of the path that leads through it; the first path's where both do. */
function framedKernels({ contributions, network }: FilterAnalysis, framed: readonly number[]): PathRow['kernels'] {
  const paths = framed.map((path) => contributions.paths?.[path]?.steps ?? []);
  return network.layers.map((layer) =>
    Array.from({ length: layer.filters }, (_, filter) => {
      const picture = kernelPicture(network, layer, filter);
      const at = paths.findIndex((steps) => steps.some((step) => step.layer === layer && step.filter === filter));
      return picture ? [{ picture, ...rankAt(at) }] : [];
    }).flat(),
  );
}

function ownMaps({ maps, examples }: FilterAnalysis, label: number) {
  const position = examples.findIndex((one) => one.label === label);
  return maps?.find((one) => one.label === label)?.byClass[position] ?? [];
}

function stageFigure({ name, op, height, width, maps }: Stage): StageFigure {
  const scale = scaleOf(maps.map((values) => ({ values })));
  return {
    name,
    size: `${maps.length} × ${height}×${width}`,
    pooled: op.includes('Pool'),
    maps: maps.map((values) => signedPicture(values, height, width, scale)),
  };
}

function exampleFigure(
  { examples, processing }: FilterAnalysis,
  { label, byClass }: ExampleMaps,
  picture: Picture,
): ExampleFigure {
  const scale = scaleOf(byClass.flat());
  return {
    label: examples.find((one) => one.label === label)?.name ?? String(label),
    picture,
    stages: (processing ?? []).map(stageFigure),
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

/** A second that wins less than this share of what the first does is left out, as the paper leaves it out for two of its classes. */
const dominated = 0.1;

/** The units that are framed: the first, and the second where the first does not dominate it. */
export function framedUnits(tally: Tally | undefined): number[] {
  const [first, second] = topTwo(tally);
  if (first === undefined) return [];
  const winsOf = (unit: number) => tally?.wins[unit] ?? 0;
  return second === undefined || winsOf(second) < dominated * winsOf(first) ? [first] : [first, second];
}

export function rankIn(unit: number, tally: Tally | undefined): { readonly rank?: Rank } {
  return rankAt(framedUnits(tally).indexOf(unit));
}

function rankAt(place: number): { readonly rank?: Rank } {
  return place === 0 ? { rank: 'first' } : place === 1 ? { rank: 'second' } : {};
}
