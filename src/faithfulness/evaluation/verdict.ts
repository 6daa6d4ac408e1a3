import type { Verdict } from '../figure.ts';
import { type Contender, inputBaseline } from './contenders.ts';
import type { FigureTable, Lead } from './figures.ts';
import type { EvaluationMetric } from './metric.ts';

/** Whether a method's maps are to be believed on this model. */
export interface MethodVerdict {
  readonly method: Contender;
  /** Good: believe them; fair: with care; poor: do not; neutral: too little was measured to say. */
  readonly verdict: Verdict;
  /** In plain words, without a full stop: `no better than an edge detector on this model`. */
  readonly reasons: readonly string[];
  /** Mean of its ranks in the removal metrics. */
  readonly rank?: number;
}

/** The method to use on this model, and why. */
export interface BestMethod {
  readonly method: Contender;
  readonly why: string;
  /** Methods that cannot be told from it: in no removal metric is it better by more than chance. */
  readonly alike: readonly Contender[];
}

export interface Judgement {
  /** The best rank first. */
  readonly verdicts: readonly MethodVerdict[];
  /** Absent where no method is to be believed, or none was measured by removal. */
  readonly best?: BestMethod;
}

/** With fewer images an interval says little of other ones. */
export const fewestImages = 10;

/** As in the check beside a single map: unrelated maps of one image reach 0.2; from 0.4 on a map follows the image. */
const [littleLeft, muchLeft] = [0.2, 0.4];

/**
 * Judges each method by paired bootstrap intervals (95%) of its removal metrics against the baselines', and by how much of its
 * maps is left when what was learnt, or the class, is another. The intervals are not corrected for their number.
 */
export function judge(
  table: FigureTable,
  metrics: readonly EvaluationMetric[],
  contenders: readonly Contender[],
): Judgement {
  const removal = metrics.filter(({ kind }) => kind === 'removal');
  const baselines = contenders.filter(({ baseline }) => baseline);
  const methods = contenders.filter(({ baseline }) => !baseline);
  const verdicts = methods
    .map((method) => verdictOf(method, table, metrics, baselines))
    .sort((a, b) => (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY) || 0);
  const [first] = verdicts.filter(
    ({ verdict, rank }) => (verdict === 'good' || verdict === 'fair') && rank !== undefined,
  );
  if (!first) return { verdicts };
  const alike = verdicts
    .filter(({ method, verdict }) => method !== first.method && verdict !== 'poor' && verdict !== 'neutral')
    .map(({ method }) => method)
    .filter((method) => removal.every((metric) => !isBetter(table.lead(metric, first.method, method))));
  const rank = `mean rank ${(first.rank ?? 0).toFixed(1)} of ${methods.length} in ${titles(removal)}`;
  return { verdicts, best: { method: first.method, why: [rank, ...first.reasons].join('; '), alike } };
}

function verdictOf(
  method: Contender,
  table: FigureTable,
  metrics: readonly EvaluationMetric[],
  baselines: readonly Contender[],
): MethodVerdict {
  const removal = metrics.filter((metric) => metric.kind === 'removal' && table.cell(metric, method));
  const ranks = removal.flatMap((metric) => table.cell(metric, method)?.rank ?? []);
  const rank = ranks.length === 0 ? undefined : ranks.reduce((sum, one) => sum + one, 0) / ranks.length;
  const images = Math.max(0, ...metrics.map((metric) => table.cell(metric, method)?.images ?? 0));
  if (images < fewestImages) {
    return {
      method,
      verdict: 'neutral',
      reasons: [`too few images to judge it (${images} of at least ${fewestImages})`],
      rank,
    };
  }
  const found = [
    ...(removal.length === 0 ? [] : [againstBaselines(method, table, removal, baselines)]),
    ...dependence(method, table, metrics),
  ];
  const worst = (['poor', 'fair', 'good'] as const).find((verdict) => found.some((one) => one.verdict === verdict));
  const reasons = found.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  // Without a removal metric nothing speaks for a method, only against it.
  const verdict = removal.length === 0 && worst === 'good' ? 'neutral' : (worst ?? 'neutral');
  return {
    method,
    verdict,
    reasons: reasons.length === 0 ? ['neither removal nor randomisation was measured'] : reasons,
    rank,
  };
}

interface Found {
  readonly verdict: 'good' | 'fair' | 'poor';
  readonly reason?: string;
}

function againstBaselines(
  method: Contender,
  table: FigureTable,
  removal: readonly EvaluationMetric[],
  baselines: readonly Contender[],
): Found {
  const beaten = baselines.map((baseline) => ({
    baseline,
    metrics: removal.filter((metric) => isBetter(table.lead(metric, method, baseline))),
  }));
  const never = beaten.filter(({ metrics }) => metrics.length === 0);
  const partly = beaten.filter(({ metrics }) => metrics.length > 0 && metrics.length < removal.length);
  if (never.length > 0) {
    // Where black is the background, the input itself is hard to beat by removal, which then says little of anybody.
    const onlyInput = never.every(({ baseline }) => baseline.id === inputBaseline);
    return { verdict: onlyInput ? 'fair' : 'poor', reason: `no better than ${alternatives(never)} on this model` };
  }
  if (partly.length === 0) {
    return { verdict: 'good', reason: `better than ${all(beaten)} in ${titles(removal)}` };
  }
  const said = partly.map(({ baseline, metrics }) => `better than ${baseline.title} in ${titles(metrics)} only`);
  return { verdict: 'fair', reason: said.join(', ') };
}

function dependence(method: Contender, table: FigureTable, metrics: readonly EvaluationMetric[]): Found[] {
  const of = (id: string) => {
    const metric = metrics.find((one) => one.id === id);
    return metric && table.cell(metric, method);
  };
  const learnt = of('parameter-randomisation');
  const other = of('random-logit');
  const left = (of: { readonly mean: number }) => `correlation ${of.mean.toFixed(2)}`;
  return [
    ...(learnt === undefined
      ? []
      : learnt.low >= muchLeft
        ? [
            {
              verdict: 'poor',
              reason: `does not depend on what was learnt (${left(learnt)} with random weights)`,
            } as const,
          ]
        : learnt.high >= littleLeft
          ? [
              {
                verdict: 'fair',
                reason: `depends only in part on what was learnt (${left(learnt)} with random weights)`,
              } as const,
            ]
          : [{ verdict: 'good', reason: `depends on what was learnt (${left(learnt)} with random weights)` } as const]),
    ...(other !== undefined && other.low >= 0.9
      ? [
          {
            verdict: 'fair',
            reason: `hardly depends on the class that is explained (${left(other)} with another class)`,
          } as const,
        ]
      : []),
  ];
}

function isBetter(lead: Lead | undefined): boolean {
  return lead !== undefined && lead.low > 0;
}

function titles(metrics: readonly EvaluationMetric[]): string {
  return listed(
    metrics.map(({ title }) => title),
    'and',
  );
}

function alternatives(beaten: readonly { readonly baseline: Contender }[]): string {
  return listed(
    beaten.map(({ baseline }) => baseline.title),
    'or',
  );
}

function all(beaten: readonly { readonly baseline: Contender }[]): string {
  return listed(
    beaten.map(({ baseline }) => baseline.title),
    'and',
  );
}

function listed(items: readonly string[], word: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}
