import { type Classifier, className } from './classifier.ts';
import { type Prediction, runnerUp } from './decision.ts';
import { InvalidTargetError } from './errors.ts';

/** What is explained: the score of a class, or by how much one class beats another. Classes are indices. */
export type Target = number | { readonly for: number; readonly against: number };

/** A class by its index, or one that depends on the image: what the model decides, and what came second. */
type ClassChoice = number | 'predicted' | 'second';

/** A target that may depend on the image. */
type TargetChoice = ClassChoice | { readonly for: ClassChoice; readonly against: ClassChoice };

/**
 * Reads a target: a class (index or name), "predicted", or A-vs-B, where A and B may be "predicted" and "second" too.
 * @throws InvalidTargetError
 */
export function parseTarget(text: string, classifier: Pick<Classifier, 'input' | 'scores'>): TargetChoice {
  const { classes = [] } = classifier.input;
  const [first = '', second, ...rest] = classes.includes(text) ? [text] : text.split('-vs-');
  if (rest.length > 0) throw new InvalidTargetError(`"${text}" names more than two classes: compare A-vs-B.`);
  if (first === second) throw new InvalidTargetError(`"${text}" compares a class with itself.`);
  const choice = parseClass(first, classifier);
  return second === undefined ? choice : { for: choice, against: parseClass(second, classifier) };
}

function parseClass(text: string, { input, scores }: Pick<Classifier, 'input' | 'scores'>): ClassChoice {
  if (text === 'predicted' || text === 'second') return text;
  const { classes = [] } = input;
  const named = classes.indexOf(text);
  const index = named >= 0 ? named : /^\d+$/.test(text) ? Number(text) : undefined;
  if (index === undefined) {
    throw new InvalidTargetError(
      `There is no class "${text}": give an index from 0 to ${classCount(scores.width) - 1}${classes.length > 0 ? ' or a class name' : ''}, "predicted", or A-vs-B.`,
    );
  }
  checkClass(index, scores.width);
  return index;
}

/** Whether a target is the same for all images. */
export function isFixed(choice: TargetChoice): choice is Target {
  const parts = typeof choice === 'object' ? [choice.for, choice.against] : [choice];
  return parts.every((part) => typeof part === 'number');
}

/** The target for one image, by what the model predicts for it. */
export function targetFor(choice: TargetChoice, prediction: Prediction): Target {
  const classOf = (one: ClassChoice) =>
    one === 'predicted' ? prediction.chosen : one === 'second' ? runnerUp(prediction) : one;
  return typeof choice === 'object' ? { for: classOf(choice.for), against: classOf(choice.against) } : classOf(choice);
}

/** A target in words: `7`, or `7 rather than 9`. */
export function targetWords(classifier: Pick<Classifier, 'input'>, target: Target): string {
  if (typeof target === 'number') return className(classifier, target);
  return `${className(classifier, target.for)} rather than ${className(classifier, target.against)}`;
}

/**
 * How sure a prediction is of a target, 0 to 1: its probability; of one class against another, its share of both. A value is sure of
 * nothing: it is that number itself.
 */
export function surenessOf({ probabilities, value }: Prediction, target: Target): number {
  if (value !== undefined) return target === 0 ? -value : value;
  const of = (index: number) => probabilities[index] ?? 0;
  if (typeof target === 'number') return of(target);
  const both = of(target.for) + of(target.against);
  return both === 0 ? 0.5 : of(target.for) / both;
}

/** Number of classes behind `width` scores: a single logit decides between two. */
export function classCount(width: number): number {
  return width === 1 ? 2 : width;
}

/**
 * The weights whose product with the scores is the explained quantity: one row for each target, [targets * width].
 * A single logit z is the score of class 1, and -z that of class 0.
 * @throws InvalidTargetError for a class the model does not have.
 */
export function targetWeights(targets: readonly Target[], width: number): Float32Array {
  const rows = new Float32Array(targets.length * width);
  const add = (row: number, index: number, sign: number) => {
    checkClass(index, width);
    const at = row * width + (width === 1 ? 0 : index);
    rows[at] = (rows[at] ?? 0) + (width === 1 && index === 0 ? -sign : sign);
  };
  for (const [row, target] of targets.entries()) {
    checkTarget(target);
    add(row, typeof target === 'number' ? target : target.for, 1);
    if (typeof target !== 'number') add(row, target.against, -1);
  }
  return rows;
}

/** What comes from a program without types may be anything. */
function checkTarget(target: unknown): asserts target is Target {
  if (typeof target === 'number') return;
  if (typeof target === 'object' && target !== null && 'for' in target && 'against' in target) return;
  throw new InvalidTargetError(
    `${String(target)} is no target: give a class, a whole number, or two as { for, against }.`,
  );
}

function checkClass(index: number, width: number): void {
  const count = classCount(width);
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new InvalidTargetError(`There is no class ${index}: the model has ${count}, 0 to ${count - 1}.`);
}
