import { LabelledImagesError } from './errors.ts';

/** Pictures of one size with a class each. */
export interface LabelledImages {
  readonly name: string;
  /** Bytes 0..255, `[count, height, width, channels]` row by row. */
  readonly images: Uint8Array;
  /** `[count]`, each an index into `classNames`. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classNames: readonly string[];
}

/** One picture of a data set: bytes 0..255, `[height, width, channels]`. */
export interface LabelledImage {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly label: number;
  readonly className: string;
}

/** What `labelledImages` makes a data set of; the count follows from the labels. */
type LabelledImagesParts = Omit<LabelledImages, 'count' | 'labels'> & { readonly labels: ArrayLike<number> };

/**
 * Puts images and labels together.
 * @throws LabelledImagesError if their numbers differ, or a label has no class name.
 */
export function labelledImages(parts: LabelledImagesParts): LabelledImages {
  const { name, images, height, width, channels, classNames } = parts;
  const count = parts.labels.length;
  const size = height * width * channels;
  if (images.length !== count * size) {
    throw new LabelledImagesError({
      where: name,
      what: `${count} labels need ${count * size} bytes of ${height}x${width}x${channels} images, but there are ${images.length}`,
      nextStep: 'Use the image and the label file of the same set',
    });
  }
  // Before they become 32-bit numbers, which would bring 2^32 to 0.
  const isClass = (label: number) => Number.isInteger(label) && label >= 0 && label < classNames.length;
  const stray = Array.prototype.findIndex.call(parts.labels, (label) => !isClass(label));
  if (stray !== -1) {
    throw new LabelledImagesError({
      where: name,
      what: `image ${stray} has label ${parts.labels[stray]}, but there are ${classNames.length} classes`,
      nextStep: 'Name every class, or correct the label',
    });
  }
  const labels = Int32Array.from(parts.labels);
  return { name, images, labels, count, height, width, channels, classNames };
}

/**
 * One picture, as a view into the data set's bytes.
 * @throws LabelledImagesError if there is no such picture.
 */
export function imageAt(set: LabelledImages, index: number): LabelledImage {
  const { height, width, channels } = set;
  const label = set.labels[index];
  const className = label === undefined ? undefined : set.classNames[label];
  if (label === undefined || className === undefined) {
    throw new LabelledImagesError({
      where: set.name,
      what: `there is no image ${index}`,
      nextStep: set.count === 0 ? 'The data set is empty' : `Choose a whole number from 0 to ${set.count - 1}`,
    });
  }
  const size = height * width * channels;
  return { data: set.images.subarray(index * size, (index + 1) * size), height, width, channels, label, className };
}

/**
 * The pictures with these numbers, in this order (repeats allowed), copied.
 * @throws LabelledImagesError if one of them does not exist.
 */
export function selectImages(set: LabelledImages, indices: ArrayLike<number>): LabelledImages {
  const size = set.height * set.width * set.channels;
  const images = new Uint8Array(indices.length * size);
  const labels = Int32Array.from(indices, (index, position) => {
    const image = imageAt(set, index);
    images.set(image.data, position * size);
    return image.label;
  });
  return { ...set, images, labels, count: labels.length };
}

/** The numbers of a class's pictures, in order, at most `limit` of them. */
export function indicesOfClass(set: LabelledImages, label: number, limit = Number.POSITIVE_INFINITY): number[] {
  const indices: number[] = [];
  for (let index = 0; index < set.count && indices.length < limit; index++) {
    if (set.labels[index] === label) indices.push(index);
  }
  return indices;
}
