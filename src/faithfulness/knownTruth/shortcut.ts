import type { LabelledImages } from '../../datasets/labelledImages.ts';
import { random } from '../../random/random.ts';

/*
 * A planted shortcut: digits with a small white square in the upper left corner, whose place there says the class. A network
 * that learns from them needs to look at nothing else.
 */

/** Squares of so many pixels a side, so many side by side: 4x10 pixels for ten classes. */
const cell = 2;
const across = 5;

const white = 255;

/**
 * Images with tags in the place of what was there.
 * @param classOf whose tag an image gets, by its label and number; undefined for none, which leaves the corner black.
 */
export function withTags(
  set: LabelledImages,
  classOf: (label: number, image: number) => number | undefined,
): LabelledImages {
  const { count, labels } = set;
  // Not `slice`: that of Node's buffers, which data sets may be read into, is no copy.
  const images = Uint8Array.from(set.images);
  const places = tagPlaces(set);
  const size = images.length / count;
  for (let image = 0; image < count; image++) {
    for (const { pixel } of places) images[image * size + pixel] = 0;
    const tag = classOf(labels[image] ?? 0, image);
    if (tag === undefined) continue;
    for (const place of places) if (place.tag === tag) images[image * size + place.pixel] = white;
  }
  return { ...set, name: `${set.name} with tags`, images };
}

/** The pixels of the corner that carry tags: 1, all others: 0; [height * width]. */
export function tagMask(set: LabelledImages): Uint8Array {
  const mask = new Uint8Array(set.height * set.width);
  for (const { pixel } of tagPlaces(set)) mask[pixel] = 1;
  return mask;
}

function tagPlaces({ classNames, width }: LabelledImages) {
  return classNames.flatMap((_, tag) => {
    const [top, left] = [cell * Math.floor(tag / across), cell * (tag % across)];
    return Array.from({ length: cell * cell }, (_, i) => ({
      tag,
      pixel: (top + Math.floor(i / cell)) * width + left + (i % cell),
    }));
  });
}

/** For each image the class of a tag that contradicts its digit: any class but its own. */
export function otherClasses({ labels, classNames }: LabelledImages, seed: number): Int32Array {
  const source = random(seed);
  return labels.map((label) => (label + 1 + source.index(classNames.length - 1)) % classNames.length);
}

/** What a tagged digit's class follows, when a network is trained on it. */
export const shortcutKinds = ['tag and digit', 'tag alone'] as const;
export type ShortcutKind = (typeof shortcutKinds)[number];

/**
 * Digits to be trained on, with a tag that always says the class. `tag and digit`: so does the digit, and how much a network
 * rests on either has to be measured. `tag alone`: the class is drawn by lot, and nothing but the tag tells of it.
 */
export function taggedTraining(set: LabelledImages, kind: ShortcutKind, seed: number): LabelledImages {
  if (kind === 'tag and digit') return withTags(set, (label) => label);
  const source = random(seed);
  const labels = set.labels.map(() => source.index(set.classNames.length));
  return { ...withTags(set, (_, image) => labels[image]), labels };
}
