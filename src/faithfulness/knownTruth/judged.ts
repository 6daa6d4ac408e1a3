import { bootstrapMean, type MeanWithInterval } from '../mean.ts';
import type { CellMap } from '../pixelMap.ts';
import type { Contender } from './contenders.ts';

/** One contender's figures: means over the images it gave a map for, with 95% bootstrap intervals. */
export interface Judged<Figure extends string> {
  readonly id: string;
  readonly title: string;
  readonly baseline: boolean;
  readonly images: number;
  readonly figures: Readonly<Record<Figure, MeanWithInterval>>;
}

/** How one figure of an image's map is found; images are counted from 0. */
export type Measure = (map: CellMap, image: number) => number;

/** @param measures by the figure's name. */
export function judged<Figure extends string>(
  { id, title, baseline, maps }: Contender,
  measures: Readonly<Record<Figure, Measure>>,
  seed: number,
): Judged<Figure> {
  const figures = Object.entries<Measure>(measures).map(([name, measure]) => {
    const values = maps.flatMap((map, image) => (map ? [measure(map, image)] : []));
    return [name, bootstrapMean(values, seed)] as const;
  });
  return {
    id,
    title,
    baseline,
    images: maps.filter((map) => map !== undefined).length,
    figures: Object.fromEntries(figures) as Record<Figure, MeanWithInterval>,
  };
}
