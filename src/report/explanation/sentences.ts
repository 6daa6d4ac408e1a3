import type { Words } from '../../language/words.ts';
import type { MapReading } from '../drawing/mapReading.ts';
import type { NumbersView } from './numbersView.ts';
import type { AttributionMap, Decision, ExplainedImage, Said } from './view.ts';

/** A softmax is never quite 1: what is 1 in single precision is only nearly so. */
export function nearly(probability: number): number {
  return Math.min(Math.max(probability, 1e-9), 1 - 1e-9);
}

/** `99.8% sure`, or the score where the model gives no probabilities. */
export function sureness({ chosen, task, isIfLogits }: Decision, { decision }: Words): string {
  if (task) return task.measure;
  if (chosen.probability === undefined) return decision.withScore(chosen.score);
  return isIfLogits ? decision.sureIfLogits(nearly(chosen.probability)) : decision.sure(nearly(chosen.probability));
}

/** What was decided, in as few words as there are: a class's label, `cat and dog`, a number. */
export function decidedLabel({ chosen, task }: Decision): string {
  return task?.label ?? chosen.label;
}

/** What stands beside it, as short: a probability, a score, `2 of 5 labels`. */
export function shortSureness({ chosen, task }: Decision, { decision, numbers }: Words): string {
  if (task) return task.measure;
  return chosen.probability === undefined
    ? decision.shortScore(chosen.score)
    : numbers.percent(nearly(chosen.probability));
}

/** Whether the decision agrees with the image's own label; undefined where it has none, or where a tie decides nothing. */
export function isRight({ truth, decision }: ExplainedImage): boolean | undefined {
  return truth === undefined || decision.tie || decision.task ? undefined : truth === decision.chosen.label;
}

/** `The model decided "7", 99.8% sure`, or that its scores decide nothing. */
export function decidedWords(decision: Decision, words: Words): string {
  if (decision.task) return decision.task.sentence;
  return tieWords(decision, words) ?? words.decision.decided(decision.chosen.label, sureness(decision, words));
}

/** At most so many classes of a tie are named. */
const namedInTie = 4;

/** Which classes have exactly the same score; undefined where one is ahead. */
export function tieWords({ chosen, tie }: Decision, { decision }: Words): string | undefined {
  if (!tie) return undefined;
  return decision.tied(tie.slice(0, namedInTie), Math.max(0, tie.length - namedInTie), chosen.label);
}

/** The class that came second, where one decides between classes and not for several at once. */
export function secondOf({ chosen, ranked, task, tie }: Decision) {
  return task || tie ? undefined : ranked.find(({ index }) => index !== chosen.index);
}

/** What has to be known of a decision before its maps are looked at, in sentences. */
export function decisionNotes({ saturated, labels, task }: Decision, { decision }: Words): readonly string[] {
  return [
    ...(labels && !task ? [decision.independentLabels(labels.above, labels.classes)] : []),
    ...(saturated ? [decision.saturated] : []),
  ];
}

/** Which number the maps explain, for someone who has never heard of a score. */
export function explainedWords({ explained, labels }: Decision, { decision }: Words): string {
  if (explained.kind === 'score')
    return decision.explainedScore(explained.before, explained.members, labels !== undefined);
  return explained.kind === 'probability' ? decision.explainedProbability : decision.explainedOutput;
}

/** Share and place of the evidence, so that a map can be understood without seeing its colours. */
export function balanceWords(reading: MapReading, { maps }: Words): string {
  const total = reading.forTotal + reading.againstTotal;
  if (reading.withoutValue === reading.pixels) return maps.noValue(reading.cell);
  if (total === 0) return maps.allZero(reading.cell);
  if (reading.constant !== undefined) return maps.constant(reading.cell, reading.constant);
  return maps.balance(reading.forTotal / total, reading.forPlace, reading.againstPlace);
}

/** Beyond full colour there are always outliers; more than these are worth a word. */
const manyBeyond = 0.006;

/** The legend in words: what full colour means, how much lies beyond, what is missing. */
export function scaleWords({ unit }: AttributionMap, reading: MapReading, { maps, page }: Words): string {
  const { cell, pixels, withoutValue, beyond, scale } = reading;
  const missing = withoutValue === 0 ? '' : maps.withoutValue(withoutValue, pixels, cell);
  const full =
    cell === 'feature'
      ? maps.inUnit(unit)
      : scale > 0
        ? maps.fullColour(scale, unit, beyond > manyBeyond * pixels ? beyond / pixels : 0, cell)
        : '';
  return [full, missing].filter((part) => part !== '').join(page.space);
}

/** A map in one sentence, for those who do not see it. */
export function mapAlternative(map: AttributionMap, reading: MapReading, words: Words): string {
  return words.maps.alternative(map.title, map.target, balanceWords(reading, words));
}

/** What is explained: images, boxes found in them, signals, rows of a table, or several of these. */
export function thingOf(images: readonly ExplainedImage[]) {
  const kinds = [...new Set(images.map(({ numbers, boxes }) => numbers?.kind ?? (boxes ? 'box' : 'image')))];
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return 'input';
  return kind === 'table' ? 'row' : kind;
}

/** What was explained, in words: `a signal of 2 channels, 1,000 values each`. */
export function numbersWords(numbers: NumbersView, { decision }: Words): string {
  if (numbers.kind === 'table') return decision.tableRow(numbers.features.length);
  return decision.signalOf(numbers.channels.length, numbers.channels[0]?.values.length ?? 0);
}

export function pictureAlternative({ name, picture, numbers }: ExplainedImage, words: Words): string {
  if (numbers) return `${name}${words.many.comma}${numbersWords(numbers, words)}`;
  return words.decision.pictureAlternative(name, picture.height, picture.width);
}

export function saidWords({ label, measure }: Said, { firstScreen }: Words): string {
  return firstScreen.says(label, measure);
}
