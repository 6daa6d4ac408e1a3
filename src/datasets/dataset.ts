import { LabelledImagesError } from './errors.ts';
import { indicesOfClass, type LabelledImages, selectImages } from './labelledImages.ts';

/** Pictures to learn from and others to test with, of the same size and classes. */
export interface Dataset {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

/** Training and test images whose classes are those of the set that has more of them. */
export function withSharedClasses(train: LabelledImages, test: LabelledImages): Dataset {
  const classNames = train.classNames.length > test.classNames.length ? train.classNames : test.classNames;
  return { train: { ...train, classNames }, test: { ...test, classNames } };
}

/** Where there is one set only, every fifth picture of each class is for testing. */
const testEvery = 5;

/**
 * One set as two: every fifth picture of each class becomes a test picture.
 * @param where names the set in errors, `pictures` what it has, and `nextStep` what to do where no class has five.
 * @throws LabelledImagesError
 */
export function withTestSet(
  set: LabelledImages,
  { where, pictures, nextStep }: { readonly where: string; readonly pictures: string; readonly nextStep: string },
): Dataset {
  const { rest, held } = splitEvery(set, testEvery);
  if (held.count === 0) {
    const what = `no class has ${testEvery} ${pictures}, so none can be held out for testing`;
    throw new LabelledImagesError({ where, what, nextStep });
  }
  return { train: { ...rest, name: `${set.name} (training)` }, test: { ...held, name: `${set.name} (test)` } };
}

/** One data set as two without an image in common: those held out, and the rest. */
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
  const those = (wanted: (index: number) => boolean) => selectImages(set, [...set.labels.keys()].filter(wanted));
  return { rest: those((index) => !held.has(index)), held: those((index) => held.has(index)) };
}
