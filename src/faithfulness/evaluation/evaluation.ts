import type { Contender } from './contenders.ts';
import type { FigureTable } from './figures.ts';
import type { EvaluationMetric } from './metric.ts';
import type { Judgement } from './verdict.ts';

/** Methods x metrics over images of a set, and what follows. */
export interface Evaluation extends Judgement {
  readonly dataset: string;
  /** The images' places in the test set. */
  readonly images: readonly number[];
  /** Of how many of them the model decides for the label. */
  readonly accuracy: number;
  readonly metrics: readonly EvaluationMetric[];
  /** The methods, then the baselines. */
  readonly contenders: readonly Contender[];
  readonly table: FigureTable;
  /** Of the images drawn, the metrics' random choices, and the bootstrap. */
  readonly seed: number;
  /** What has to be known to read it, in sentences: what was left out, and why. */
  readonly notes: readonly string[];
  /** What a signal kept from being done; empty where none came. */
  readonly missing: readonly string[];
}
