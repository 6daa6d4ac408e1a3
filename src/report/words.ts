import type { MapReading } from './mapReading.ts';
import { count, percent, quantity, share } from './number.ts';
import type { AttributionMap, Decision, ExplainedImage, ExplainedOutput } from './view.ts';

/** A class label as quoted in running text. */
export function quoted(label: string): string {
  return `“${label}”`;
}

/** `99.8% sure`, or the score where the model gives no probabilities. */
export function sureness({ chosen }: Decision): string {
  return chosen.probability === undefined
    ? `with a score of ${quantity(chosen.score)}`
    : `${percent(chosen.probability)} sure`;
}

/** Whether the decision agrees with the image's own label; undefined where it has none. */
export function isRight({ truth, decision }: ExplainedImage): boolean | undefined {
  return truth === undefined ? undefined : truth === decision.chosen.label;
}

/** Which number was explained, for someone who has never heard of a score. */
export function explainedWords(explained: ExplainedOutput): string {
  if (explained.kind === 'score') {
    return `The maps explain the score: what the model computes for each class before ${explained.before}, its last step, turns all scores into probabilities. One more unit of score makes a class about 2.7 times as likely, compared with the others.`;
  }
  if (explained.kind === 'probability') {
    return 'The maps explain the probability itself. A nearly certain decision then leaves little to explain: the probability hardly moves any more.';
  }
  return 'The maps explain the model’s output as it is; it need not be a probability.';
}

/** Share and place of the evidence, so that a map can be understood without seeing its colours. */
export function balanceWords(reading: MapReading): string {
  const total = reading.forTotal + reading.againstTotal;
  if (reading.withoutValue === reading.pixels) return 'No pixel has a value: the method failed here.';
  if (total === 0) return 'Every pixel is exactly zero: the method found nothing here.';
  const forWords = `for it, mostly ${reading.forPlace}`;
  const againstWords = `against, mostly ${reading.againstPlace}`;
  if (reading.againstTotal === 0) return `All of the evidence speaks ${forWords}.`;
  if (reading.forTotal === 0) return `All of the evidence speaks ${againstWords}.`;
  return `${share(reading.forTotal / total)} of the evidence speaks ${forWords}; ${share(reading.againstTotal / total)} ${againstWords}.`;
}

/** The legend in words: what full colour means, how much lies beyond, what is missing. */
export function scaleWords(map: AttributionMap, reading: MapReading): string {
  const full = reading.scale > 0 ? `Full colour is ${quantity(reading.scale)} ${map.unit}` : '';
  const beyond =
    reading.beyond === 0
      ? 'no pixel goes beyond'
      : `${percent(reading.beyond / reading.pixels)} of the pixels go beyond and look the same`;
  const missing =
    reading.withoutValue === 0
      ? ''
      : `${count(reading.withoutValue)} of ${count(reading.pixels)} pixels have no value (the computation gave no finite number) and are drawn dark grey.`;
  return [full && `${full}; ${beyond}.`, missing].filter((part) => part !== '').join(' ');
}

/** A map in one sentence, for those who do not see it. */
export function mapAlternative(map: AttributionMap, reading: MapReading): string {
  return `${map.title}, evidence for ${map.target}: ${balanceWords(reading)}`;
}

export function pictureAlternative({ name, picture }: ExplainedImage): string {
  return `${name} as the model saw it, ${picture.width} by ${picture.height} pixels`;
}
