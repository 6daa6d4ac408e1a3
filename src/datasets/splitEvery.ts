import { indicesOfClass, type LabelledImages, selectImages } from './labelledImages.ts';

/** Two data sets without a picture in common. */
export interface Split {
  readonly rest: LabelledImages;
  readonly held: LabelledImages;
}

/**
 * Holds every `nth` picture of each class out (the nth, the 2nth, ... of the class), so that both parts have the classes
 * in about the same proportion whatever the order of the pictures. No randomness: the same pictures every time.
 */
export function splitEvery(set: LabelledImages, nth: number): Split {
  const held = new Set(
    set.classNames.flatMap((_, label) => indicesOfClass(set, label).filter((_, i) => i % nth === nth - 1)),
  );
  const all = Array.from({ length: set.count }, (_, index) => index);
  return {
    rest: selectImages(
      set,
      all.filter((index) => !held.has(index)),
    ),
    held: selectImages(
      set,
      all.filter((index) => held.has(index)),
    ),
  };
}
