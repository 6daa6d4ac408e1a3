import { ArgumentError } from '../../argumentError.ts';
import type { ThresholdUnit } from './thresholdUnit.ts';

/** Scores w_k.x + bias_k of each class k, over features in [0, 1]. */
type LinearScores = readonly ThresholdUnit[];

/** Features whose values alone force a decision: whatever the others are in [0, 1], it stays. */
export interface SufficientSubset {
  /** Ascending. */
  readonly features: readonly number[];
  /**
   * `smallest`: no smaller set of features would do. `minimal`: none of these features can be left out, but another set
   * might be smaller.
   */
  readonly guarantee: 'smallest' | 'minimal';
  /** By how much the decision still holds in the worst case, in units of the pre-activation or the score. */
  readonly margin: number;
}

/**
 * The smallest set of features that forces a unit to fire (or not to) as it does at x. Fixing feature i at x_i instead of
 * its worst value brings p_i x_i - min(p_i, 0); the largest of these are taken until the unit is safe. Exact, in the time of
 * a sort (Marques-Silva et al. 2020, "Explaining naive Bayes and other linear classifiers with polynomial time and delay").
 */
export function sufficientForUnit(unit: ThresholdUnit, x: ArrayLike<number>): SufficientSubset {
  const sum = Array.from(unit.weights).reduce((total, weight, i) => total + weight * (x[i] ?? 0), unit.bias);
  return sufficientForSign(sum >= 0 ? unit : negated(unit), x);
}

function negated({ weights, bias }: ThresholdUnit): ThresholdUnit {
  return { weights: Array.from(weights, (weight) => -weight), bias: -bias };
}

function sufficientForSign(unit: ThresholdUnit, x: ArrayLike<number>): SufficientSubset {
  const { gains, need } = requirement(unit, x);
  const features: number[] = [];
  let got = 0;
  for (const i of byFalling(gains)) {
    if (got >= need) break;
    features.push(i);
    got += gains[i] ?? 0;
  }
  return { features: ascending(features), guarantee: 'smallest', margin: got - need };
}

/** What each feature brings when fixed, and how much all fixed ones must bring for the unit to stay at 0 or above. */
interface Requirement {
  readonly gains: readonly number[];
  readonly need: number;
}

function requirement({ weights, bias }: ThresholdUnit, x: ArrayLike<number>): Requirement {
  return {
    gains: Array.from(weights, (weight, i) => weight * (x[i] ?? 0) - Math.min(weight, 0)),
    need: -Array.from(weights).reduce((sum, weight) => sum + Math.min(weight, 0), bias),
  };
}

/** Subsets tried in search of a smaller one, at most. */
const mostSubsets = 200_000;

/**
 * Features that force the class with the largest score at x to keep it against every other class. Found by dropping one
 * feature after the other, those that bring least first, which leaves a subset-minimal set; then by trying all smaller sets
 * where they are not too many, or by a bound: against one rival alone the smallest set is known, and none smaller will do.
 */
export function sufficientForClass(scores: LinearScores, x: ArrayLike<number>, chosen: number): SufficientSubset {
  const winner = scores[chosen];
  if (!winner) throw new ArgumentError(`There is no class ${chosen}: there are ${scores.length}.`);
  const leads = scores.flatMap((rival, k) => (k === chosen ? [] : [difference(winner, rival)]));
  const requirements = leads.map((lead) => requirement(lead, x));
  const isEnough = (features: Iterable<number>) => worstMargin(requirements, features) >= 0;
  const minimal = withoutSpares(requirements, x.length, isEnough);
  const bound = Math.max(0, ...leads.map((lead) => sufficientForSign(lead, x).features.length));
  const smaller = minimal.length > bound ? smallerSubset(x.length, bound, minimal.length - 1, isEnough) : 'none';
  const features = Array.isArray(smaller) ? smaller : minimal;
  return {
    features: ascending(features),
    guarantee: smaller === 'not searched' ? 'minimal' : 'smallest',
    margin: worstMargin(requirements, features),
  };
}

function difference(one: ThresholdUnit, other: ThresholdUnit): ThresholdUnit {
  return {
    weights: Array.from(one.weights, (weight, i) => weight - (other.weights[i] ?? 0)),
    bias: one.bias - other.bias,
  };
}

function worstMargin(requirements: readonly Requirement[], features: Iterable<number>): number {
  const fixed = [...features];
  return Math.min(...requirements.map(({ gains, need }) => fixed.reduce((sum, i) => sum + (gains[i] ?? 0), 0) - need));
}

function withoutSpares(
  requirements: readonly Requirement[],
  count: number,
  isEnough: (features: Iterable<number>) => boolean,
): readonly number[] {
  const kept = new Set(Array.from({ length: count }, (_, i) => i));
  const use = Array.from(kept, (i) => requirements.reduce((sum, { gains }) => sum + (gains[i] ?? 0), 0));
  for (const i of byFalling(use).reverse()) {
    kept.delete(i);
    if (!isEnough(kept)) kept.add(i);
  }
  return [...kept];
}

/** The first sufficient subset of `from` to `to` features, smallest first; `none`, or `not searched` where they are too many. */
function smallerSubset(
  count: number,
  from: number,
  to: number,
  isEnough: (features: Iterable<number>) => boolean,
): readonly number[] | 'none' | 'not searched' {
  let total = 0;
  for (let size = from; size <= to; size++) total += binomial(count, size);
  if (total > mostSubsets) return 'not searched';
  const chosen: number[] = [];
  const search = (next: number, left: number): boolean => {
    if (left === 0) return isEnough(chosen);
    for (let i = next; i <= count - left; i++) {
      chosen.push(i);
      if (search(i + 1, left - 1)) return true;
      chosen.pop();
    }
    return false;
  };
  for (let size = from; size <= to; size++) if (search(0, size)) return chosen;
  return 'none';
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

function byFalling(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
}

function ascending(features: readonly number[]): readonly number[] {
  return [...features].sort((a, b) => a - b);
}
