import type { LabelledImages } from './labelledImages.ts';

/** Pictures to learn from and others to test with, of the same size and classes. */
export interface Dataset {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}
