import { quoted } from './decision.ts';
import { count, counted, inWords, listed, percent, sentence } from './numbers.ts';

/** What is explained: images, boxes found in them, signals, rows of a table, or several of these. */
export type Thing = 'image' | 'box' | 'signal' | 'row' | 'input';

const plurals: Readonly<Record<Thing, string>> = {
  image: 'images',
  box: 'boxes',
  signal: 'signals',
  row: 'rows',
  input: 'inputs',
};

const things = (whole: number, thing: Thing) => counted(whole, thing, plurals[thing]);

export const decidedAs = (whole: number, thing: Thing, labels: readonly string[]) =>
  `${sentence(things(whole, thing))}, decided as ${listed(labels.map(quoted))}.`;
export const severalDecisions = (whole: number, thing: Thing, decisions: number) =>
  `${sentence(things(whole, thing))}, ${counted(decisions, 'decision', 'different decisions')}.`;
export const allRight = (images: number) => `The model decided all ${counted(images, 'image', 'images')} as labelled.`;
export const someRight = (right: number, images: number) =>
  `The model decided ${inWords(right)} of ${counted(images, 'image', 'images')} as labelled.`;

export interface Mistake {
  readonly name: string;
  readonly decided: string;
  readonly truth: string;
}

export const mistakes = (wrong: readonly Mistake[]) =>
  `It decided ${listed(wrong.map(({ name, decided, truth }) => `${quoted(decided)} for ${name}, which is labelled ${quoted(truth)}`))}.`;
export const leastSure = (name: string, probability: number) =>
  `It was least sure of ${name}, at ${percent(probability)}.`;
export const ties = (whole: number) =>
  `${sentence(counted(whole, 'decision is a tie', 'decisions are ties'))} of exactly equal scores.`;
export const flat = (whole: number) =>
  `For ${counted(whole, 'image', 'images')} the probability explained is exactly 1, and maps made from gradients are zero.`;
export const each =
  'Below, each decision has its pictures, what would change it, and how far to believe that; the rest is folded away.';

export const glance = 'At a glance';
export const overviewLabel = 'All images and maps';
export const columns = { image: 'Image', decision: 'Decision', checks: 'Checks', map: 'Map' };
export function overview(thing: Thing, columnsShown: number, most: number): string {
  const row = thing === 'box' ? 'a box' : thing === 'image' ? 'an image' : 'each';
  const wide = columnsShown > most ? ` There are ${columnsShown} maps of each: the table scrolls sideways.` : '';
  return `One row ${row}. Red spoke for what was explained, blue against; each map has its own scale. A name leads to its own part.${wide}`;
}
export const ratherThanSecond = 'rather than the second';
export const targetNumber = (turn: number) => `target ${turn}`;
export const notComputed = 'not computed';
export const aTie = (sure: string) => `${sure}, a tie`;
export const tieOf = 'a tie';
export const comma = ', ';

/** The index of a report in which every image has a page of its own. */
export const index = {
  lede: 'Each image has a page of its own, which shows what its decision rests on and how far each picture of it can be believed. Follow an image’s name to it.',
  model: (file: string) => `Model ${file}.`,
  wrong: 'Decided otherwise than labelled',
  unsure: 'Least sure',
  shown: (shown: number, of: number) => `${count(shown)} of ${count(of)}.`,
  decisions: 'What was decided',
  images: 'The images',
  others: 'More images',
  range: (from: number, to: number) => `Images ${count(from)} to ${count(to)}.`,
  part: (from: number, to: number) => `${count(from)} to ${count(to)}`,
  before: (rows: number) => `The ${count(rows)} before`,
  allRight: (images: number) => `The model decided all ${count(images)} images as labelled.`,
  someRight: (right: number, images: number) =>
    `The model decided ${count(right)} of ${count(images)} images as labelled.`,
  frequent: (shown: number, more: number) =>
    `The ${count(shown)} most frequent decisions; ${count(more)} more are rarer.`,
  every: 'Every decision, the most frequent first.',
  otherwise: 'Labelled otherwise',
  imagesColumn: 'Images',
  table: (mapTitle: string | undefined) =>
    `One row an image${mapTitle === undefined ? '' : `, with its first map (${mapTitle}): red spoke for what was explained, blue against; each map has its own scale`}. The checks say how many figures about its maps came out well.`,
  noMap: 'no map',
  notChecked: 'not checked',
};
