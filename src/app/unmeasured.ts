import type { Contender } from '../faithfulness/evaluation/contenders.ts';
import type { EvaluationMetric } from '../faithfulness/evaluation/metric.ts';

/** A map that could not be measured, by any metric or by one. */
export interface UnmeasuredMap {
  /** The contender's id, and the metric's. */
  readonly contender: string;
  readonly metric?: string;
  readonly reason: string;
}

/** What could not be measured so far: maps of one reason are said together. */
export interface Unmeasured {
  add(map: UnmeasuredMap): void;
  /** A sentence or two for each reason. */
  notes(contenders: readonly Contender[], metrics: readonly EvaluationMetric[]): string[];
}

export function unmeasured(): Unmeasured {
  const counts = new Map<string, { readonly map: UnmeasuredMap; readonly count: number }>();
  return {
    add(map) {
      const key = JSON.stringify([map.contender, map.metric, map.reason]);
      counts.set(key, { map, count: (counts.get(key)?.count ?? 0) + 1 });
    },
    notes: (contenders, metrics) =>
      [...counts.values()].map(({ map: { contender, metric, reason }, count }) => {
        const who = contenders.find(({ id }) => id === contender)?.title ?? contender;
        const what = metrics.find(({ id }) => id === metric)?.title;
        const maps = count === 1 ? '1 map is' : `${count} maps are`;
        return `${[who, ...(what === undefined ? [] : [what])].join(', ')}: ${maps} not measured. ${reason}`;
      }),
  };
}
