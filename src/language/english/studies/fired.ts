import { quoted } from '../decision.ts';
import { count, counted, inWords, listed, percent } from '../numbers.ts';

/** How a class's rule stands to an image. */
export interface Held {
  readonly label: string;
  /** Whether all of its conditions hold. */
  readonly fired: boolean;
  readonly met: number;
  readonly conditions: number;
  /** Other classes whose rules hold in full. */
  readonly alsoFired: readonly string[];
}

export const question = 'Which rule stands for it?';
export const gist = 'the rule, and how far each condition holds';

export function held({ label, fired, met, conditions, alsoFired }: Held): string {
  if (conditions === 0) return `The rule of ${quoted(label)} has no conditions.`;
  const under = 'Under each picture stands how far, from 0 to 1.';
  if (fired) return `The rule of ${quoted(label)} fired: all ${inWords(met)} conditions hold. ${under}`;
  const others =
    alsoFired.length === 0
      ? 'No rule fired'
      : `The rule of ${listed(alsoFired.map(quoted))} holds, but is not the nearest`;
  return `${others}: the nearest is that of ${quoted(label)}, of whose ${inWords(conditions)} conditions ${inWords(met)} hold. ${under}`;
}

export function product(own: string, second: { readonly label: string; readonly product: string } | undefined): string {
  return `Its product is ${own}${second ? `; next comes ${quoted(second.label)} with ${second.product}` : ''}.`;
}

/** @param decided what the network says. */
export function agreement(fired: boolean, agrees: boolean, decided: string): string {
  const network = agrees ? 'The network decides the same' : `The network decides otherwise: ${quoted(decided)}`;
  if (!fired) return `${network}. As no rule of it holds, that ${agrees ? 'is no reason for it' : 'says little'}.`;
  return agrees ? `${network}.` : `${network}. Here the rules do not speak for it.`;
}

/** How often the rules hold on the images they were tested on. */
export function usually(oneRight: number, none: number, images: number): string {
  return `On the ${count(images)} images that the rules were tested on, exactly one rule holds and is right in ${percent(oneRight)}, and none holds in ${percent(none)}.`;
}

export const enough = 'What is enough for this decision';

export function sufficient(names: readonly string[], all: number, decided: string, isSmallest: boolean): string {
  const proof = isSmallest
    ? 'No smaller set of features does that; this is proved.'
    : 'None of them can be left out; another set might be smaller.';
  return `With ${names.length === 0 ? 'no feature at all' : listed(names)} at ${names.length === 1 ? 'its value' : 'their values'} (${counted(names.length, 'feature', 'features')} of ${all}), the network’s dense layer says ${quoted(decided)} whatever the others are between 0 and 1. ${proof}`;
}

/** A rule as pictures. */
export const drawing = {
  and: 'and',
  not: 'not',
  always: 'always',
  gives: 'gives',
  maximisation: (feature: string) => `Maximisation image of ${feature}`,
  exciting: (feature: string) => `Mean of the images with the largest ${feature}`,
  over: (feature: string) => `What raises and lowers ${feature} in one image`,
};
