import { bootstrapMean, type MeanWithInterval } from '../mean.ts';
import type { CurvePoint } from '../metrics/removalCurve.ts';
import type { Contender } from './contenders.ts';
import type { EvaluationMetric, Measured } from './metric.ts';

/** What a metric said of one contender's map of one image. */
export interface Figure extends Measured {
  readonly metric: string;
  readonly contender: string;
  /** Its place in the data set. */
  readonly image: number;
}

/** What a metric says of a contender: the mean over the images it could be measured on. */
export interface Cell extends MeanWithInterval {
  readonly images: number;
  /** Among the methods by the mean, 1 the best, equal ones their mean rank; absent for baselines and metrics that rank nobody. */
  readonly rank?: number;
  /** The mean of the images' curves. */
  readonly curve?: readonly CurvePoint[];
}

/** A difference of two contenders' figures, positive where the first is better, of the same images. */
export interface Lead extends MeanWithInterval {
  readonly metric: string;
}

/** Figures by metric and contender. */
export interface FigureTable {
  /** Undefined where nothing could be measured. */
  cell(metric: EvaluationMetric, contender: Contender): Cell | undefined;
  /** By how much one contender is better than another; undefined without images that both were measured on. */
  lead(metric: EvaluationMetric, of: Contender, over: Contender): Lead | undefined;
}

/** @param seed of the bootstrap. */
export function figureTable(
  figures: readonly Figure[],
  metrics: readonly EvaluationMetric[],
  contenders: readonly Contender[],
  seed: number,
): FigureTable {
  const columns = new Map<string, Map<number, Figure>>();
  const keyOf = (metric: string, contender: string) => `${metric} ${contender}`;
  for (const figure of figures) {
    if (!Number.isFinite(figure.value)) continue;
    const key = keyOf(figure.metric, figure.contender);
    const column = columns.get(key) ?? new Map<number, Figure>();
    columns.set(key, column.set(figure.image, figure));
  }
  const columnOf = (metric: EvaluationMetric, { id }: Contender) =>
    columns.get(keyOf(metric.id, id)) ?? new Map<number, Figure>();
  const cells = new Map<string, Cell>();
  for (const metric of metrics) {
    const found = contenders.flatMap((contender) => {
      const all = [...columnOf(metric, contender).values()];
      const mean = bootstrapMean(
        all.map(({ value }) => value),
        seed,
      );
      return all.length === 0 ? [] : [{ contender, cell: { ...mean, images: all.length, curve: meanCurve(all) } }];
    });
    const ranked = found.filter(({ contender }) => !contender.baseline && metric.larger !== 'neither');
    const ranks = ranksOf(ranked.map(({ cell }) => (metric.larger === 'better' ? -cell.mean : cell.mean)));
    for (const one of found) {
      cells.set(keyOf(metric.id, one.contender.id), { ...one.cell, rank: ranks[ranked.indexOf(one)] });
    }
  }
  return {
    cell: (metric, { id }) => cells.get(keyOf(metric.id, id)),
    lead(metric, of, over) {
      const sign = metric.larger === 'better' ? 1 : -1;
      const others = columnOf(metric, over);
      const differences = [...columnOf(metric, of)].flatMap(([image, { value }]) => {
        const other = others.get(image);
        return other ? [sign * (value - other.value)] : [];
      });
      return differences.length === 0 ? undefined : { metric: metric.id, ...bootstrapMean(differences, seed) };
    },
  };
}

/** Ranks upward from 1; equal numbers share their mean rank. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/** The curves' mean at each of their points, which are the same for all images. */
function meanCurve(figures: readonly Figure[]): readonly CurvePoint[] | undefined {
  const curves = figures.flatMap(({ curve }) => (curve ? [curve] : []));
  return curves[0]?.map(({ share }, i) => ({
    share,
    score: curves.reduce((sum, curve) => sum + (curve[i]?.score ?? Number.NaN), 0) / curves.length,
  }));
}
