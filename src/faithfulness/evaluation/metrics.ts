import { KonkyoError, nearName } from '../../konkyoError.ts';
import { completenessMetric, correlationMetric, infidelityMetric } from './agreement.ts';
import { randomisationMetric, randomLogitMetric, sensitivityMetric } from './dependence.ts';
import { localisationMetrics } from './localisation.ts';
import type { EvaluationMetric } from './metric.ts';
import { deletion, insertion, regionPerturbationMetric, roadMetric } from './removal.ts';
import { complexityMetric, sparsenessMetric } from './shape.ts';

/** Every metric of `konkyo evaluate`, in the order of its table. A new one is one more entry. */
export const evaluationMetrics: readonly EvaluationMetric[] = [
  deletion,
  insertion,
  roadMetric,
  regionPerturbationMetric,
  correlationMetric,
  infidelityMetric,
  completenessMetric,
  randomisationMetric,
  randomLogitMetric,
  sensitivityMetric,
  sparsenessMetric,
  complexityMetric,
  ...localisationMetrics,
];

/** What is measured unless something else is asked for: each costs at most as much as the maps themselves. */
export const defaultMetrics: readonly EvaluationMetric[] = [
  deletion,
  insertion,
  roadMetric,
  correlationMetric,
  completenessMetric,
  randomisationMetric,
  randomLogitMetric,
  sparsenessMetric,
];

/** There is no metric of that name. */
export class UnknownCheckError extends KonkyoError {
  readonly tag = 'unknown-check';
}

/**
 * The metric of an id.
 * @throws UnknownCheckError naming those there are.
 */
export function evaluationMetric(id: string): EvaluationMetric {
  const metric = evaluationMetrics.find((one) => one.id === id);
  if (metric) return metric;
  const ids = evaluationMetrics.map((one) => one.id);
  const near = nearName(id, ids);
  throw new UnknownCheckError(
    `There is no check "${id}".${near === undefined ? '' : ` Did you mean ${near}?`} There are: ${ids.join(', ')}.`,
  );
}
