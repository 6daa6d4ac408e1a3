import { type Classifier, className } from '../classifier.ts';
import { InvalidTargetError } from '../errors.ts';
import type { Reading } from './reading.ts';

/**
 * One label of several that an image may have at once, as a decision between two classes, "not NAME" and "NAME".
 * @param classifier whose classes are labels: each has a probability of its own.
 * @param threshold the probability from which the label is there. Default 0.5.
 * @throws InvalidTargetError for a label that there is not, or a model whose classes are no labels.
 */
export function labelReading(classifier: Classifier, label: string | number, threshold = 0.5): Reading {
  const { scores, output } = classifier;
  const { labels, width, name: row, ...kind } = scores;
  const at = labelIndex(classifier, label);
  checkThreshold(threshold);
  const name = className(classifier, at);
  return {
    id: `label:${name}`,
    words: `the label "${name}"`,
    output,
    decides: 'classes',
    classes: [`not ${name}`, name],
    scores: { ...kind, ...(threshold === 0.5 ? {} : { cut: cutAt(threshold, scores) }) },
    add(builder) {
      const rows = builder.ops.Reshape(row, builder.ints([-1, width]));
      return builder.add('Slice', [rows, builder.ints([at]), builder.ints([at + 1]), builder.ints([1])]);
    },
  };
}

/** @throws InvalidTargetError for what is no probability that a label could be above or below. */
export function checkThreshold(threshold: number): void {
  if (threshold > 0 && threshold < 1) return;
  throw new InvalidTargetError(`The threshold of a label is a probability between 0 and 1, not ${threshold}.`);
}

function labelIndex({ scores, input, classCount }: Classifier, label: string | number): number {
  const { classes = [] } = input;
  if (!scores.labels) {
    throw new InvalidTargetError(
      `"label:${label}": the model's classes are no labels of which several may be there: its output does not end in a sigmoid for each. Name the class alone, or say --task labels if they are.`,
    );
  }
  const named = typeof label === 'number' ? -1 : classes.indexOf(label);
  const at = named >= 0 ? named : /^\d+$/.test(String(label)) ? Number(label) : -1;
  if (at >= 0 && at < classCount) return at;
  throw new InvalidTargetError(
    `There is no label "${label}": give an index from 0 to ${classCount - 1}${classes.length > 0 ? ` or one of ${listed(classes)}` : ''}.`,
  );
}

/** So many names are listed in a message. */
const mostListed = 20;

function listed(names: readonly string[]): string {
  return `${names.slice(0, mostListed).join(', ')}${names.length > mostListed ? ' and others' : ''}`;
}

/** The score at which a label's probability is the threshold. */
function cutAt(threshold: number, { probabilities, slope }: Classifier['scores']): number {
  if (probabilities) return threshold;
  if (slope !== undefined) return (threshold - 0.5) / slope;
  return Math.log(threshold / (1 - threshold));
}
