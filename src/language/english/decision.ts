import { count, counted, inWords, listed, percent, quantity } from './numbers.ts';

/** A class label as quoted in running text. */
export function quoted(label: string): string {
  return `“${label}”`;
}

/** A target that is one class against another. */
export function rather(label: string, rival: string): string {
  return `${label} rather than ${rival}`;
}

export function sure(probability: number): string {
  return `${percent(probability)} sure`;
}

/** Of a model whose scores are taken for logits. */
export function sureIfLogits(probability: number): string {
  return `${percent(probability)} sure if its scores are logits`;
}

export function withScore(score: number): string {
  return `with a score of ${quantity(score)}`;
}

export function shortScore(score: number): string {
  return `score ${quantity(score)}`;
}

/** A decision as a sentence without its full stop. */
export function decided(label: string, sureness: string): string {
  return `The model decided ${quoted(label)}, ${sureness}`;
}

export const tie = 'A tie';

export function tied(names: readonly string[], more: number, first: string): string {
  const all = [...names.map(quoted), ...(more > 0 ? [counted(more, 'other class', 'other classes')] : [])];
  return `A tie: ${listed(all)} have exactly the same score, and ${quoted(first)} is only the first of them`;
}

export function second(label: string, measure: string | undefined): string {
  return measure === undefined ? `${quoted(label)} came second.` : `${quoted(label)} came second with ${measure}.`;
}

export function secondBehind(label: string, measure: string | undefined, lead: number): string {
  const by = `${quantity(Math.abs(lead))} ${lead < 0 ? 'ahead' : 'behind'} in score`;
  return measure === undefined
    ? `${quoted(label)} came second, ${by}.`
    : `${quoted(label)} came second with ${measure}, ${by}.`;
}

export function labelled(label: string, isRight: boolean | undefined): string {
  if (isRight === undefined) return `The image is labelled ${quoted(label)}.`;
  return isRight
    ? `By its label that is right: the image is labelled ${quoted(label)}.`
    : `By its label that is wrong: the image is labelled ${quoted(label)}.`;
}

export const unlabelled = 'The image came without a label: whether that is right is not known here.';

export const right = 'right';

export function isReally(label: string): string {
  return `is ${quoted(label)}`;
}

export function independentLabels(above: number, classes: number): string {
  return `The classes are independent labels: ${count(above)} of ${count(classes)} have a probability above a half.`;
}

export const saturated =
  'What is explained here is a probability of exactly 1. It changes with no pixel as long as it is rounded to that, so maps made from gradients are zero: explain the scores before it.';

/** Which number the maps explain, for someone who has never heard of a score. */
export function explainedScore(before: string, members: number | undefined, isOfLabels: boolean): string {
  const unit =
    before === 'HardSigmoid' || before === 'Tanh'
      ? ''
      : isOfLabels
        ? ' One more unit of score makes the odds of a class about 2.7 times as large.'
        : ' One more unit of score makes a class about 2.7 times as likely, compared with the others.';
  if (members !== undefined) {
    return `The maps explain the score: the model averages the probabilities of ${inWords(members)} models, and the score is the number of which ${before === 'Sigmoid' ? 'a sigmoid' : 'a softmax'} makes that average.${unit}`;
  }
  const result = before === 'Tanh' ? 'bounded numbers' : 'probabilities';
  return `The maps explain the score: what the model computes for each class before ${before}, its last step, turns ${isOfLabels ? 'each score into a probability of its own' : `all scores into ${result}`}.${unit}`;
}

export const explainedProbability =
  'The maps explain the probability itself. A nearly certain decision then leaves little to explain: the probability hardly moves any more.';

export const explainedOutput = 'The maps explain the model’s output as it is; it need not be a probability.';

export function strongest(classes: number): string {
  return classes < 2 ? 'The chosen class' : `The ${inWords(classes)} strongest classes`;
}

export const columns = {
  class: 'Class',
  label: 'Label',
  probability: 'Probability',
  probabilityIfLogits: 'Probability, if logits',
  score: 'Score',
};

export function seenAs(height: number, width: number, isGrey: boolean): string {
  return `as the model saw it: ${width} × ${height} pixels, ${isGrey ? 'grey' : 'colour'}`;
}

export function pictureAlternative(name: string, height: number, width: number): string {
  return `${name} as the model saw it, ${width} by ${height} pixels`;
}

export function tableRow(features: number): string {
  return `a row of ${counted(features, 'feature', 'features')}`;
}

export function signalOf(channels: number, length: number): string {
  return `a signal of ${counted(channels, 'channel', 'channels')}, ${count(length)} values each`;
}

export const drawnDecision = 'What it decided where; the colours are those of the table.';
