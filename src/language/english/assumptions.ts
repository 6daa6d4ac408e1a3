import { counted, listed } from './numbers.ts';

/** What the usual ways from pixels to model input are called. */
export type PreprocessingName =
  | '0..1'
  | '-1..1'
  | '0..255'
  | 'mean and std of ImageNet'
  | '0..255 less the mean of ImageNet'
  | 'mean and std of MNIST';

/** How pixels become input, where nobody said so. */
export const preprocessing = (way: string) => `Nothing says how pixels become model input. Assumed: ${way}.`;

/** A usual way from pixels to input: `0..1 RGB`. */
export const wayName = (name: PreprocessingName, order: string | undefined) =>
  order === undefined ? name : `${name} ${order}`;

export const order = (used: string) => `Nothing says in which order the model takes colours. Assumed: ${used}.`;

export const allTheSame = (tried: number) => `The ${tried} usual ways were tried, and all decide the same.`;

/** @param named other decisions, each with the way that gives it. */
export function depends(decisive: number, images: number, named: readonly string[]): string {
  const which =
    images === 1
      ? 'The decision depends on it'
      : `${decisive} of ${counted(images, 'decision depends', 'decisions depend')} on it`;
  return `${which}: other usual ways decide ${listed(named)}. If the assumption is wrong, so is this page: say it with --scale, --mean, --std and --order.`;
}

/** A decision, and the way from pixels to input that gives it: `tabby (93.9%) with 0..1 BGR`. */
export const way = (says: string, name: string) => `${says} with ${name}`;

export const logits =
  'The model gives plain scores. Probabilities here are right if these are logits, as in most models; --softmax says so.';

export const classNames = 'No class names were given, so classes are called by their numbers (--classes names them).';
