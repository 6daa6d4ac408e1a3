import { quoted } from './decision.ts';
import { quantity, share } from './numbers.ts';

/** The first thing under the pictures. */
export const whyNot = (label: string) => `Why not ${quoted(label)}?`;

/** What the map of one class against another shows, in a sentence. */
export function whyNotAnswer(
  label: string,
  rival: string,
  forPlace: string | undefined,
  againstPlace: string | undefined,
): string {
  const [own, other] = [quoted(label), quoted(rival)];
  if (forPlace === undefined && againstPlace === undefined)
    return `No single place spoke for ${own} rather than ${other}.`;
  if (forPlace === againstPlace)
    return `Their place does not tell them apart: what spoke for ${own} and what spoke for ${other} both lie mostly ${forPlace}.`;
  if (againstPlace === undefined) return `What spoke for ${own} rather than ${other} lies mostly ${forPlace}.`;
  if (forPlace === undefined) return `What spoke for ${other} lies mostly ${againstPlace}.`;
  return `What spoke for ${own} lies mostly ${forPlace}, what spoke for ${other} ${againstPlace}.`;
}

export const hiding = 'What would change it?';

export const outlined = 'the outlined part';

/**
 * @param upTo how much was hidden at most where nothing changes the decision. @param isPicture whether the part is outlined in a picture;
 * else it is of a row or a signal.
 */
export function hidden(part: number, says: string, upTo: number | undefined, isPicture: boolean): string {
  const what = isPicture
    ? `the outlined part (${share(part)} of the image)`
    : `what the first map puts first (${share(part)} of the values)`;
  if (upTo === undefined) return `Hide ${what} and it says ${says}.`;
  return `Even with ${what} hidden it says ${says}, which is the same decision, and so it is at each step tried up to ${share(upTo)}.`;
}

export function elsewhere(tried: number, changed: number): string {
  if (changed === 0) return `Hiding as much at ${tried} random other places did not change it.`;
  return `Hiding as much at ${tried} random other places changed it ${changed === 1 ? 'once' : `${changed} times`}${changed > tried / 2 ? ': this decision falls easily, so the part says little' : ''}.`;
}

export const alone = (says: string) => `That part alone: ${says}.`;
export const empty = (says: string, blank: string, isPicture: boolean) =>
  isPicture ? `An image that is ${blank} everywhere: ${says}.` : `With all values ${blank}: ${says}.`;

/** What is seen where something is hidden. */
export function blank(value: number, numbers: 'signal' | 'table' | undefined): string {
  if (numbers) return `${quantity(value)} in model input`;
  return value === 0 ? 'black' : value === 255 ? 'white' : `grey (pixel value ${quantity(value)})`;
}

export const says = (label: string, measure: string) => (measure === '' ? label : `${quoted(label)} (${measure})`);

export const belief = 'May I believe these pictures?';
export const assumed = 'What was assumed';
export const identity = 'What this page is about';
export const repeat = 'To repeat it';

/** What the lights mean, under them. */
export const believing = '“Believe”: it passed all its checks, which makes it credible, not proven.';

export const noneBelieved =
  'No map passed its checks: the pictures above are the best there are, and no argument should rest on them.';
export const noMap = 'There is no map of this decision.';
export const more = (maps: number) => `and ${maps} more, below`;
export const evidenceIn = (target: string) => `What spoke for ${target}`;
export function legend(inPatches: boolean): string {
  const patches = inPatches ? ' Each patch of similar colour has the mean evidence of its pixels.' : '';
  return `Red spoke for it, blue against it; the fuller the colour, the stronger. Each map has its own scale.${patches}`;
}
export const gone = 'Hatched: hidden.';

export const ratherThan = (title: string, rival: string) => `${title}, rather than ${quoted(rival)}`;

/** The figure behind a light: `Deletion 12% (random 45%), lower is better`. */
export function figure(label: string, value: string, better: 'lower' | 'higher' | undefined): string {
  return `${label} ${value}${better === undefined ? '' : `, ${better} is better`}`;
}

/** What is put in the place of what is hidden or blanked. */
export const blanked = (words: string) => `What is hidden or blanked is ${words} here.`;
