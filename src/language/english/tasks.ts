import { quoted } from './decision.ts';
import { counted, inWords, listed, percent, quantity } from './numbers.ts';

/** So many are named in a sentence. */
const mostNamed = 4;

/** The first of several, and how many more there are. */
function named(names: readonly string[]): string {
  if (names.length <= mostNamed) return listed(names);
  return `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`;
}

export const labels = {
  none: 'no label',
  decided: (present: readonly string[]) => named(present),
  measure: (present: number, all: number, threshold: number) =>
    `${inWords(present)} of ${all} labels above ${percent(threshold)}`,
  found: (present: readonly string[]) =>
    `The model found ${counted(present.length, 'label', 'labels')}: ${named(present.map(quoted))}`,
  nothing: (threshold: number, strongest: string | undefined, probability: number) =>
    `No label is above ${percent(threshold)}${strongest === undefined ? '' : `; the strongest is ${quoted(strongest)} at ${percent(probability)}`}`,
  about: (threshold: number, target: string) =>
    `Each label has a probability of its own, and is there where that is above ${percent(threshold)}; explained is ${target}.`,
  strongest: (shown: number, all: number) => (all > shown ? `The ${shown} strongest of ${all} labels` : 'All labels'),
};

export const value = {
  measure: (words: string, tolerance: number) => `${words}, the same within ${quantity(tolerance)}`,
  sentence: (words: string, value: number) => `The model gives ${quantity(value)} for ${words}`,
  about: (tolerance: number) =>
    `A value decides between no classes. Another one counts as the same where it is at most ${quantity(tolerance)} away. The maps explain the number itself: red raised it, blue lowered it.`,
};

export const segmentation = {
  nothing: 'nothing',
  measure: (share: number) => `${percent(share)} of the positions`,
  sentence: (classes: readonly { readonly label: string; readonly share: number }[]) =>
    `The model sees ${counted(classes.length, 'class', 'classes')}: ${named(classes.map(({ label, share }) => `${quoted(label)} ${percent(share)}`))}`,
  about: (height: number, width: number, target: string) =>
    `It decides for a class at each of ${height} × ${width} positions; explained is ${target}.`,
  caption: 'What it sees where',
  share: 'Share',
  drawn: (classes: readonly string[]) => `The image with the classes the model sees where: ${classes.join(', ')}`,
};

export const detection = {
  none: 'no box',
  measure: (probability: number, sides: string) => `${percent(probability)}, at ${sides}`,
  sentence: (boxes: readonly string[], image: string) => {
    const more = boxes.length - mostNamed;
    const shown = [...boxes.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])];
    return `The detector found ${boxes.length === 0 ? `no boxes in ${image}` : `${counted(boxes.length, 'box', 'boxes')} in ${image}: ${listed(shown)}`}`;
  },
  about: (sides: string, places: number) =>
    `The box explained here is at ${sides} (left, top, right and bottom in pixels of the picture’s file), and ${places === 1 ? 'one place of the detector proposes it' : `${places} places of the detector propose it`}.`,
  caption: (shown: number, all: number) =>
    all > shown ? `The ${shown} strongest of ${all} boxes` : 'The boxes, strongest first',
  at: (label: string, sides: string, isKept: boolean) => `${label} at ${sides}${isKept ? '' : ' (not kept)'}`,
};

export const probabilityColumn = 'Probability';
