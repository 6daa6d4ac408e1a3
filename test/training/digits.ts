import { loadDigits } from '../../src/datasets/digits.ts';
import { type LabelledImages, selectImages } from '../../src/datasets/labelledImages.ts';

/** The first images of a set. */
export const first = (count: number, set: LabelledImages): LabelledImages =>
  selectImages(set, [...Array(count).keys()]);

/** The first of the digits to train on. */
export const firstDigits = async (count: number): Promise<LabelledImages> => first(count, (await loadDigits()).train);
