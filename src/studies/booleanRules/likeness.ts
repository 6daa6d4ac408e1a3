import type { LabelledImages } from '../../datasets/labelledImages.ts';
import { correlation } from './featureFilters.ts';
import { meanOfImages } from './featureImages.ts';
import { literalsOf, type Term } from './term.ts';

/** Which class's images the pictures of some features, added up, look like. */
export interface Likeness {
  readonly features: readonly number[];
  /** The class whose mean image correlates best with their sum, and that correlation. */
  readonly classIndex: number;
  readonly correlation: number;
  /** The correlation with the mean image of the rule's own class. */
  readonly own: number;
}

/** What a rule asserts and what it denies, each looked at as a whole. */
export interface RuleLikeness {
  readonly asserted?: Likeness;
  readonly negated?: Likeness;
}

/**
 * The paper reads a rule by looking: the features that it asserts "resemble" its class. Here they are compared: the sum of the
 * features' pictures with each class's mean image less the mean of all, by Pearson's correlation.
 * @param pictureOf a feature's maximisation image, one number a pixel.
 */
export function ruleLikeness(
  terms: readonly Term[],
  pictureOf: (feature: number) => Float32Array | undefined,
  images: LabelledImages,
): RuleLikeness[] {
  const means = classMeans(images, terms.length);
  const likeness = (term: Term, k: number, negated: boolean): Likeness | undefined => {
    const features = literalsOf(term).flatMap((literal) => (literal.negated === negated ? [literal.variable] : []));
    const pictures = features.flatMap((feature) => pictureOf(feature) ?? []);
    const [first] = pictures;
    if (!first) return undefined;
    const sum = first.map((_, i) => pictures.reduce((total, picture) => total + (picture[i] ?? 0), 0));
    const alike = means.map((mean) => (mean ? correlation(sum, mean) : -1));
    const best = Math.max(...alike);
    return { features, classIndex: alike.indexOf(best), correlation: best, own: alike[k] ?? 0 };
  };
  return terms.map((term, k) => ({ asserted: likeness(term, k, false), negated: likeness(term, k, true) }));
}

/** Each class's mean image less the mean of all images, channels added up; undefined for a class without images. */
function classMeans(set: LabelledImages, classes: number): (Float32Array | undefined)[] {
  const all = greyMean(set, [...set.labels.keys()]);
  return Array.from({ length: classes }, (_, k) => {
    const rows = [...set.labels.keys()].filter((row) => set.labels[row] === k);
    return rows.length === 0 ? undefined : greyMean(set, rows).map((value, i) => value - (all[i] ?? 0));
  });
}

function greyMean(set: LabelledImages, rows: readonly number[]): Float32Array {
  const { channels } = set;
  const mean = meanOfImages(set, rows);
  return Float32Array.from({ length: mean.length / channels }, (_, pixel) =>
    mean.subarray(pixel * channels, (pixel + 1) * channels).reduce((sum, value) => sum + value, 0),
  );
}
