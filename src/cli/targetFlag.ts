import { runnerUp } from '../attribution/explain.ts';
import type { Classifier, Prediction } from '../model/classifier.ts';
import { InvalidTargetError } from '../model/errors.ts';
import { type Target, targetWeights } from '../model/target.ts';

/**
 * Reads --target: a class (index or name), "predicted", or A-vs-B, where A and B may be "predicted" and "second" too.
 * @throws InvalidTargetError
 */
export function parseTarget(flag: string, classifier: Classifier): (prediction: Prediction) => Target {
  const { classes = [] } = classifier.input;
  const one = (text: string): ((prediction: Prediction) => number) => {
    if (text === 'predicted') return ({ chosen }) => chosen;
    if (text === 'second') return runnerUp;
    const named = classes.indexOf(text);
    const index = named >= 0 ? named : /^\d+$/.test(text) ? Number(text) : undefined;
    if (index === undefined) {
      throw new InvalidTargetError(
        `There is no class "${text}": give an index from 0 to ${classifier.classCount - 1}${classes.length > 0 ? ' or a class name' : ''}, "predicted", or A-vs-B.`,
      );
    }
    // Checked now, before anything is computed.
    targetWeights([index], classifier.scores.width);
    return () => index;
  };
  const [first = '', second, ...rest] = classes.includes(flag) ? [flag] : flag.split('-vs-');
  if (rest.length > 0) throw new InvalidTargetError(`"${flag}" names more than two classes: compare A-vs-B.`);
  if (first === second) throw new InvalidTargetError(`"${flag}" compares a class with itself.`);
  const [forClass, againstClass] = [one(first), second === undefined ? undefined : one(second)];
  return (prediction) =>
    againstClass ? { for: forClass(prediction), against: againstClass(prediction) } : forClass(prediction);
}
