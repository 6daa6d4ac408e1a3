import type { MapReading } from '../drawing/mapReading.ts';
import { count, counted, inWords, listed, percent, quantity, share, signed } from '../page/number.ts';
import type { NumbersView } from './numbersView.ts';
import type { AttributionMap, Decision, ExplainedImage, ExplainedOutput } from './view.ts';

/** A class label as quoted in running text. */
export function quoted(label: string): string {
  return `“${label}”`;
}

/** `99.8% sure`, or the score where the model gives no probabilities. */
export function sureness({ chosen, task }: Decision): string {
  if (task) return task.measure;
  return chosen.probability === undefined
    ? `with a score of ${quantity(chosen.score)}`
    : `${percent(chosen.probability)} sure`;
}

/** What was decided, in as few words as there are: a class's label, `cat and dog`, a number. */
export function decidedLabel({ chosen, task }: Decision): string {
  return task?.label ?? chosen.label;
}

/** What stands beside it, as short: a probability, a score, `2 of 5 labels`. */
export function shortSureness({ chosen, task }: Decision): string {
  if (task) return task.measure;
  return chosen.probability === undefined ? `score ${quantity(chosen.score)}` : percent(chosen.probability);
}

/** Whether the decision agrees with the image's own label; undefined where it has none, or where a tie decides nothing. */
export function isRight({ truth, decision }: ExplainedImage): boolean | undefined {
  return truth === undefined || decision.tie || decision.task ? undefined : truth === decision.chosen.label;
}

/** `The model decided "7", 99.8% sure`, or that its scores decide nothing. */
export function decidedWords(decision: Decision): string {
  if (decision.task) return decision.task.sentence;
  return tieWords(decision) ?? `The model decided ${quoted(decision.chosen.label)}, ${sureness(decision)}`;
}

/** At most so many classes of a tie are named. */
const namedInTie = 4;

/** Which classes have exactly the same score; undefined where one is ahead. */
export function tieWords({ chosen, tie }: Decision): string | undefined {
  if (!tie) return undefined;
  const more = tie.length - namedInTie;
  const names = [
    ...tie.slice(0, namedInTie).map(quoted),
    ...(more > 0 ? [counted(more, 'other class', 'other classes')] : []),
  ];
  return `A tie: ${listed(names)} have exactly the same score, and ${quoted(chosen.label)} is only the first of them`;
}

/** What has to be known of a decision before its maps are looked at, in sentences. */
export function decisionNotes({ saturated, labels, task }: Decision): readonly string[] {
  return [
    ...(labels && !task
      ? [
          `The classes are independent labels: ${count(labels.above)} of ${count(labels.classes)} have a probability above a half.`,
        ]
      : []),
    ...(saturated
      ? [
          'What is explained here is a probability of exactly 1. It changes with no pixel as long as it is rounded to that, so maps made from gradients are zero: explain the scores before it.',
        ]
      : []),
  ];
}

/** Which number was explained, for someone who has never heard of a score. */
export function explainedWords(explained: ExplainedOutput, labels = false): string {
  if (explained.kind === 'score') {
    const { before, members } = explained;
    const unit =
      before === 'HardSigmoid' || before === 'Tanh'
        ? ''
        : labels
          ? ' One more unit of score makes the odds of a class about 2.7 times as large.'
          : ' One more unit of score makes a class about 2.7 times as likely, compared with the others.';
    if (members !== undefined) {
      return `The maps explain the score: the model averages the probabilities of ${inWords(members)} models, and the score is the number of which ${before === 'Sigmoid' ? 'a sigmoid' : 'a softmax'} makes that average.${unit}`;
    }
    const result = before === 'Tanh' ? 'bounded numbers' : 'probabilities';
    return `The maps explain the score: what the model computes for each class before ${before}, its last step, turns ${labels ? 'each score into a probability of its own' : `all scores into ${result}`}.${unit}`;
  }
  if (explained.kind === 'probability') {
    return 'The maps explain the probability itself. A nearly certain decision then leaves little to explain: the probability hardly moves any more.';
  }
  return 'The maps explain the model’s output as it is; it need not be a probability.';
}

/** Share and place of the evidence, so that a map can be understood without seeing its colours. */
export function balanceWords(reading: MapReading): string {
  const total = reading.forTotal + reading.againstTotal;
  if (reading.withoutValue === reading.pixels) return `No ${reading.cell} has a value: the method failed here.`;
  if (total === 0) return `Every ${reading.cell} is exactly zero: the method found nothing here.`;
  if (reading.constant !== undefined) {
    return `Every ${reading.cell} has exactly the same value, ${signed(reading.constant)}: the map is constant and shows no place.`;
  }
  const forWords = `for it${placeWords(reading.forPlace)}`;
  const againstWords = `against${placeWords(reading.againstPlace)}`;
  if (reading.againstTotal === 0) return `All of the evidence speaks ${forWords}.`;
  if (reading.forTotal === 0) return `All of the evidence speaks ${againstWords}.`;
  return `${share(reading.forTotal / total)} of the evidence speaks ${forWords}; ${share(reading.againstTotal / total)} ${againstWords}.`;
}

function placeWords(place: string | undefined): string {
  return place === undefined ? '' : `, mostly ${place}`;
}

/** The legend in words: what full colour means, how much lies beyond, what is missing. */
export function scaleWords(map: AttributionMap, reading: MapReading): string {
  if (reading.cell === 'feature') return featureScaleWords(map, reading);
  const full = reading.scale > 0 ? `Full colour is ${quantity(reading.scale)} ${map.unit}` : '';
  const beyond =
    reading.beyond === 0
      ? `no ${reading.cell} goes beyond`
      : `${percent(reading.beyond / reading.pixels)} of the ${reading.cell}s go beyond and look the same`;
  const missing =
    reading.withoutValue === 0
      ? ''
      : `${count(reading.withoutValue)} of ${count(reading.pixels)} ${reading.cell}s have no value (the computation gave no finite number) and are drawn dark grey.`;
  return [full && `${full}; ${beyond}.`, missing].filter((part) => part !== '').join(' ');
}

/** Bars have their figures beside them. */
function featureScaleWords({ unit }: AttributionMap, { withoutValue, pixels }: MapReading): string {
  const missing =
    withoutValue === 0
      ? ''
      : ` ${count(withoutValue)} of ${count(pixels)} features have no value (the computation gave no finite number).`;
  return `In ${unit}.${missing}`;
}

/** A map in one sentence, for those who do not see it. */
export function mapAlternative(map: AttributionMap, reading: MapReading): string {
  return `${map.title}, evidence for ${map.target}: ${balanceWords(reading)}`;
}

/** How many there are, by what they are: images, boxes found in them, signals, rows of a table, or several of these. */
export function countedThings(images: readonly ExplainedImage[]): string {
  const kinds = [...new Set(images.map(({ numbers, boxes }) => numbers?.kind ?? (boxes ? 'box' : 'image')))];
  const [kind] = kinds;
  const thing = kind === undefined || kinds.length > 1 ? 'input' : kind === 'table' ? 'row' : kind;
  return counted(images.length, thing, thing === 'box' ? 'boxes' : `${thing}s`);
}

/** What was explained, in words: `a signal of 2 channels, 1,000 values each`. */
export function numbersWords(numbers: NumbersView): string {
  if (numbers.kind === 'table') return `a row of ${counted(numbers.features.length, 'feature', 'features')}`;
  const length = numbers.channels[0]?.values.length ?? 0;
  return `a signal of ${counted(numbers.channels.length, 'channel', 'channels')}, ${count(length)} values each`;
}

export function pictureAlternative({ name, picture, numbers }: ExplainedImage): string {
  if (numbers) return `${name}, ${numbersWords(numbers)}`;
  return `${name} as the model saw it, ${picture.width} by ${picture.height} pixels`;
}
