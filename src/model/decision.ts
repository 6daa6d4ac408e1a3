import { elementTypeCode } from '../onnx/elementType.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { RunError } from '../runtime/runtime.ts';
import type { Scores } from './findScores.ts';

/*
 * What a row of scores decides, by what margin, what came second, and whether other scores decide the same. All who ask this ask
 * here. (What a whole model decides, with labels or a class for each pixel, is in `task/`.) Where the largest scores are equal nothing
 * decides between them: the decision is a tie, whose margin is 0 and which stays in no other scores; where one class has to be
 * named, as in an accuracy, it is the first of them, as ArgMax gives it. A value decides between nothing: it is class 1, its negative
 * is class 0, and what is asked of it is whether another value is the same within a tolerance.
 */

/** What one image's scores decide. */
export type Decision = ClassDecision | ValueDecision;

/** A number, as a regression gives it. */
interface ValueDecision {
  readonly kind: 'value';
  readonly value: number;
  /** Another value is the same within this distance. */
  readonly margin: number;
  /** Stands for the value where a class is asked for. */
  readonly chosen: 1;
  readonly tie?: undefined;
}

/** One of several classes. */
interface ClassDecision {
  readonly kind: 'classes';
  /** The class with the largest score (of a single sigmoid: with the larger probability); the first of several. */
  readonly chosen: number;
  /** All classes that share the largest score exactly, where there is more than one: nothing decides between them. */
  readonly tie?: readonly number[];
  /** By how much it leads the strongest other class, in score units; 0 for a tie. */
  readonly margin: number;
}

/** Whether scores are logits or probabilities. */
type Kind = Partial<Scores>;

/** Where a single score changes from one class to the other: a logit at 0, a probability at a half, where nothing else was asked for. */
export const cutOf = ({ probabilities, cut }: Kind) => cut ?? (probabilities ? 0.5 : 0);

/**
 * @param row one image's scores; a single one decides between class 1, above its cut, and class 0.
 * @throws RunError where the model gives no number.
 */
export function decisionOf(row: Float32Array, scores: Kind = {}): Decision {
  if (row.some(Number.isNaN)) {
    throw new RunError('The model gives NaN for this input. Check the input, and how its pixels are scaled.');
  }
  if (scores.tolerance !== undefined) {
    return { kind: 'value', value: row[0] ?? Number.NaN, margin: scores.tolerance, chosen: 1 };
  }
  const chosen = chosenIn(row, scores);
  const margin = Math.abs(leadOf(row, chosen, scores));
  const single = row.length === 1;
  const tie = Array.from(single ? [0, 1] : row.keys()).filter((k) => (single ? margin === 0 : row[k] === row[chosen]));
  return { kind: 'classes', chosen, margin, ...(tie.length > 1 ? { tie } : {}) };
}

/** The decisions of rows of scores, [n, K]. @throws RunError */
export function decisionsOf({ dims, data }: Tensor<'float32'>, scores: Scores): Decision[] {
  const rowAt = (i: number) => data.subarray(i * scores.width, (i + 1) * scores.width);
  return Array.from({ length: dims[0] ?? 0 }, (_, i) => decisionOf(rowAt(i), scores));
}

function chosenIn(row: Float32Array, scores: Kind): number {
  return row.length === 1 ? Number((row[0] ?? 0) > cutOf(scores)) : firstLargest(row);
}

/** The score of a class. Of a single score z that of class 1 is z, and that of class 0 is -z. */
export function scoreOf(row: Float32Array, of: number): number {
  const [single = Number.NaN] = row;
  if (row.length === 1) return of === 1 ? single : -single;
  return row[of] ?? Number.NaN;
}

/** The place of the largest number; of equal ones the first. */
export function firstLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if ((values[k] ?? Number.NaN) > (values[best] ?? Number.NaN)) best = k;
  return best;
}

/**
 * By how much a class leads the strongest other one: above 0 where scores decide for it, below 0 where they decide for another, 0
 * where it is one of those that tie. In score units; of a single score, twice its distance from its cut.
 */
export function leadOf(row: Float32Array, of: number, scores: Kind = {}): number {
  if (row.length === 1) return 2 * ((row[0] ?? 0) - cutOf(scores)) * (of === 1 ? 1 : -1);
  let strongest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < row.length; k++) if (k !== of) strongest = Math.max(strongest, row[k] ?? strongest);
  return (row[of] ?? 0) - strongest;
}

/**
 * How far a decision is from being another in the scores of another row: of a class, by how much it leads; of a value, how much of
 * its tolerance is left.
 */
export function leadFrom(decision: Decision, row: Float32Array, scores: Kind = {}): number {
  if (decision.kind === 'classes') return leadOf(row, decision.chosen, scores);
  return decision.margin - Math.abs((row[0] ?? Number.NaN) - decision.value);
}

/** Whether scores decide for a class still, or for another one; neither, where they tie. */
export type Outcome = 'stays' | 'changes' | 'tie';

/** @param lead of the class, see `leadOf`. */
export function outcomeOf(lead: number): Outcome {
  return lead > 0 ? 'stays' : lead < 0 ? 'changes' : 'tie';
}

/** What one row of scores says about a class. */
interface Standing {
  /** The class decided for; of several the first. */
  readonly chosen: number;
  readonly outcome: Outcome;
  /** The class's score; where there is a single one, its probability. */
  readonly score: number;
  /** By how much `score` is above that of the strongest other class. */
  readonly margin: number;
}

/**
 * How a class stands in each row of scores [n, K]. A single score is measured as the probability it stands for: of -z and z, what
 * one loses the other gains, and a fall would count twice.
 * @param classOf the class for a row.
 * @throws RunError where a single score is not a number.
 */
export function standings(
  scores: Scores,
  { dims, data }: Tensor<'float32'>,
  classOf: (row: number) => number,
): Standing[] {
  const { width } = scores;
  return Array.from({ length: dims[0] ?? 0 }, (_, i) => {
    const [row, of] = [data.subarray(i * width, (i + 1) * width), classOf(i)];
    const lead = leadOf(row, of, scores);
    const outcome = outcomeOf(lead);
    const chosen = chosenIn(row, scores);
    if (width > 1) return { chosen, outcome, score: row[of] ?? Number.NaN, margin: lead };
    const { probabilities } = predictionOf(row, scores);
    const [score = Number.NaN, other = Number.NaN] = of === 1 ? probabilities.toReversed() : probabilities;
    return { chosen, outcome, score, margin: score - other };
  });
}

/** Adds the class decided for, int64 [n], as `decisionOf` chooses it. */
export function addDecision(builder: GraphBuilder, { width, probabilities, cut }: Scores, scores: string): string {
  if (width > 1) return builder.add('ArgMax', [scores], { axis: 1, keepdims: 0 });
  const positive = builder.ops.Greater(scores, builder.scalar(cutOf({ probabilities, cut })));
  return builder.ops.Reshape(builder.add('Cast', [positive], { to: elementTypeCode('int64') }), builder.ints([-1]));
}

/** A decision with the scores of all classes. */
export interface Prediction extends Pick<ClassDecision, 'chosen' | 'tie'> {
  /** Explained scores by class. For a single logit z: [-z, z]. */
  readonly scores: readonly number[];
  /** Where the model gives probabilities, or the scores' softmax does. */
  readonly probabilities: readonly number[];
  /** What is explained is a probability of exactly 1, which as a rule changes with no pixel: gradients are 0 there. */
  readonly saturated?: true;
  /** The scores are no classes' but a value; `chosen` is 1, which stands for it. */
  readonly value?: number;
}

/**
 * A prediction from one image's explained scores.
 * @throws RunError where the model gives no number.
 */
export function predictionOf(scores: Float32Array, from: Kind = {}): Prediction {
  const decision = decisionOf(scores, from);
  const { chosen, tie } = decision;
  if (decision.kind === 'value') {
    const { value } = decision;
    return { scores: [-value, value], probabilities: [], chosen, value };
  }
  const [single = 0] = scores;
  const byClass = scores.length === 1 ? [scoreOf(scores, 0), scoreOf(scores, 1)] : [...scores];
  const probabilities = from.probabilities
    ? scores.length === 1
      ? [1 - single, single]
      : byClass
    : probabilitiesOf(scores, from);
  const ranked = from.probabilities ? probabilities : byClass;
  const squashed = from.before === undefined && ranked.every((value) => value >= 0 && value <= 1);
  return {
    scores: byClass,
    probabilities,
    chosen,
    ...(tie ? { tie } : {}),
    ...(squashed && ranked[chosen] === 1 ? { saturated: true } : {}),
  };
}

function probabilitiesOf(scores: Float32Array, { labels, slope }: Kind): number[] {
  const straight = (z: number, by: number) => Math.min(1, Math.max(0, by * z + 0.5));
  const alone = (z: number) => (slope === undefined ? 1 / (1 + Math.exp(-z)) : straight(z, slope));
  if (labels) return Array.from(scores, alone);
  const [single = 0] = scores;
  if (scores.length > 1) return softmax([...scores]);
  // A single logit z gives sigmoid(z): the softmax of [0, z].
  return slope === undefined ? softmax([0, single]) : [1 - straight(single, slope), straight(single, slope)];
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Classes by their scores, the largest first; of equal ones the first. */
export function ranking({ scores }: Prediction): number[] {
  return [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}

/** The class that came second. */
export function runnerUp(prediction: Prediction): number {
  return ranking(prediction).find((index) => index !== prediction.chosen) ?? prediction.chosen;
}
