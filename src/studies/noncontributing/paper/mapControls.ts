import { rankCorrelation } from '../../../faithfulness/correlation.ts';
import { mean } from '../../../faithfulness/mean.ts';
import { innerPart } from './innerPart.ts';

/*
 * How much of a map is of its image and of what the network has learnt. Maps of a network have much in common whatever the image
 * is: all are pale at the edge, which few convolution windows see. Two maps that only share this are alike by rank correlation. So
 * likeness is also measured of what is left when a network's mean map is subtracted, beside how alike maps of different images are.
 */

/** A square map, row by row. */
export type PlainMap = Float32Array;

/** Rank correlation (Spearman) of whole maps, and without the rim that is empty in all images of MNIST. */
export interface Likeness {
  readonly whole: number;
  readonly inner: number;
}

/** Of each map with its partner, in the mean. */
export function likenessOfPairs(maps: readonly PlainMap[], partners: readonly PlainMap[]): Likeness {
  const pairs = maps.flatMap((map, i) => {
    const partner = partners[i];
    return partner ? [likeness(map, partner)] : [];
  });
  return meanLikeness(pairs);
}

/** Of maps of different images with each other, in the mean. */
export function likenessOfDifferent(maps: readonly PlainMap[]): Likeness {
  return meanLikeness(maps.flatMap((map, i) => maps.slice(i + 1).map((other) => likeness(map, other))));
}

/** Maps less the mean over all of them. */
export function centred(maps: readonly PlainMap[]): PlainMap[] {
  return maps.map((map) => map.map((value, at) => value - mean(maps.map((other) => other[at] ?? 0))));
}

/** Shares of maps that pick their own image: by whole maps, and without the rim. */
export interface Identification {
  readonly whole: number;
  readonly inner: number;
}

/**
 * Share of maps that are more like the reference of their own image than like those of all others, by rank correlation of what is
 * left without the mean maps. By chance it is one of as many as there are. In the rim, which no image tells from another, only noise
 * has an order, and over the whole map that counts as much as what the image has.
 * @param references in the order of the maps' images.
 */
export function identification(maps: readonly PlainMap[], references: readonly PlainMap[]): Identification {
  const [own, theirs] = [centred(maps), centred(references)];
  return { whole: pickedOwn(own, theirs), inner: pickedOwn(own.map(innerPart), theirs.map(innerPart)) };
}

function pickedOwn(maps: readonly PlainMap[], references: readonly PlainMap[]): number {
  const picked = maps.map((map) => {
    const alike = references.map((reference) => rankCorrelation(map, reference));
    return alike.indexOf(Math.max(...alike));
  });
  return mean(picked.map((pick, i) => Number(pick === i)));
}

function likeness(a: PlainMap, b: PlainMap): Likeness {
  return { whole: rankCorrelation(a, b), inner: rankCorrelation(innerPart(a), innerPart(b)) };
}

function meanLikeness(all: readonly Likeness[]): Likeness {
  return { whole: mean(all.map(({ whole }) => whole)), inner: mean(all.map(({ inner }) => inner)) };
}
