import { listed } from './numbers.ts';

export type Setting =
  | 'layout'
  | 'size'
  | 'order'
  | 'scale'
  | 'mean'
  | 'std'
  | 'classes'
  | 'kind'
  | 'features'
  | 'task'
  | 'detection';

const names: Readonly<Record<Setting, string>> = {
  layout: 'the order of the axes',
  size: 'the size',
  order: 'the order of the colours',
  scale: 'the scale of pixels',
  mean: 'the mean',
  std: 'the standard deviation',
  classes: 'the names of the classes',
  kind: 'the kind of input',
  features: 'the names of the features',
  task: 'the task',
  detection: 'the detector’s layout',
};

/** How pixels become input, where nobody said so. */
export function preprocessing(settings: readonly Setting[], pixels: string): string {
  return `How pixels become model input: nothing says ${listed(settings.map((name) => names[name]))}. Assumed: ${pixels}. If that is wrong, so is everything here.`;
}

export const classNames = 'Class names: none were given, so classes are called by their numbers.';
export const blank = (words: string) => `“Hidden” and “empty” mean ${words}.`;
