import type { PreprocessingName } from './assumptions.ts';
import type { Light } from './checks.ts';

/** How surely something was decided: what the model says of it. */
export interface Sureness {
  readonly probability?: number;
  /** Of scores that are taken for logits. */
  readonly probabilityIfLogits?: number;
  readonly score: number;
}

/** A usual way from pixels to model input, and what it decides. */
export interface Way extends Sureness {
  readonly name: PreprocessingName;
  readonly order?: string;
  readonly label: string;
}

/** A class, label or region of a decision, and how much of it there is. */
export interface Part {
  readonly label: string;
  readonly share: number;
}

const percent = (share: number) => `${(share * 100).toFixed(1)}%`;

/** Before what a command has to say beside its result. */
export const note = (text: string) => `Note: ${text}`;

export const ofImage = (name: string, said: string) => `${name}: ${said}`;

export function sureness({ probability, probabilityIfLogits, score }: Sureness): string {
  if (probability !== undefined) return percent(probability);
  if (probabilityIfLogits !== undefined) return `${percent(probabilityIfLogits)} if its scores are logits`;
  return `score ${score.toPrecision(4)}`;
}

/** @param tie classes of exactly the same score. @param more how many others. */
export function decided(label: string, sure: string, tie: readonly string[], more: number, isSaturated: boolean) {
  const tied = tie.length > 0 ? `, a tie of exactly equal scores: ${tie.join(', ')}${more > 0 ? ', ...' : ''}` : '';
  return `${label} (${sure}${tied}${isSaturated ? ', a probability of exactly 1, where gradients are 0' : ''})`;
}

const listed = (parts: readonly Part[]) => parts.map(({ label, share }) => `${label} ${percent(share)}`).join(', ');

/** A class without a name is called by its number, which says nothing by itself. */
const named = (label: string) => (/^\d+$/.test(label) ? `class ${label}` : label);

export const labels = (present: readonly Part[]) => listed(present);
export const noLabel = (strongest: readonly Part[]) => `no label (the strongest: ${listed(strongest)})`;
export const value = (own: number, tolerance: number) => `${own} (the same within ${tolerance})`;
export const segmentation = (classes: readonly Part[]) =>
  listed(classes.map(({ label, share }) => ({ label: named(label), share })));

export const boxesFound = (kept: number) => `of ${kept} ${kept === 1 ? 'box' : 'boxes'} found`;
export function box({ label, share }: Part, sides: readonly number[], kept: number, isKept: boolean): string {
  const own = `${label} ${percent(share)} at ${sides.join(',')}`;
  return isKept ? `${own} (${boxesFound(kept)})` : `${own}, asked for and not kept (${boxesFound(kept)})`;
}

const lamps: Readonly<Record<Light, string>> = {
  good: 'believe',
  fair: 'careful',
  poor: 'do not believe',
  neutral: 'not judged',
  unchecked: 'not checked',
};

export function maps(all: number, found: readonly { readonly lamp: Light; readonly count: number }[]): string {
  return `${all === 1 ? 'Map' : 'Maps'}: ${found.map(({ lamp, count }) => `${lamps[lamp]} ${count}`).join(', ')}.`;
}

export const unchecked = (count: number, why: string) =>
  `Not checked: ${count} ${count === 1 ? 'map' : 'maps'}. ${why}`;
export const report = (path: string) => `Report: ${path}`;

export const tie = (image: string) => `${image} is a tie of exactly equal scores.`;
export const saturated = (image: string) =>
  `of ${image} a probability of exactly 1 is explained, where gradients are 0.`;

const way = ({ name, order }: Way) => (order === undefined ? name : `${name} ${order}`);
const assumed = (used: Way) => `nothing says how pixels become model input; ${way(used)} was assumed.`;
const say = 'Say it with --scale, --mean, --std and --order, or in MODEL.konkyo.json.';

export const sameAnyway = (used: Way) => `${assumed(used)} Other usual ways decide the same. ${say}`;

/** @param image the first of several whose decision depends on it. */
export function depends(used: Way, others: readonly Way[], decisive: number, images: number, image: string): string {
  const found = [used, ...others].map((one) => `${one.label} (${sureness(one)}) with ${way(one)}`);
  const which = images === 1 ? '' : ` of ${decisive} of ${images} images`;
  return `${assumed(used)} The decision${which} depends on it: ${images === 1 ? '' : `${image}: `}${found.join('; ')}. ${say}`;
}
