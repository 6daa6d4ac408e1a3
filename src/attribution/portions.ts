/** Rows or samples from `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function lengthOf({ from, to }: Range): number {
  return to - from;
}

/** 0 to `count` in parts of at most `size`. */
export function ranges(count: number, size: number): Range[] {
  const parts = Math.ceil(count / size);
  return Array.from({ length: parts }, (_, i) => ({ from: i * size, to: Math.min(count, (i + 1) * size) }));
}

/** What goes through the model in one run: some images with some of the samples of each. */
export interface Portion {
  readonly images: Range;
  readonly samples: Range;
}

/** Every sample of every image, at most `batchSize` rows a run: first some samples of all images, then the next. */
export function portions(images: number, samples: number, batchSize: number): Portion[] {
  const imagesAtOnce = Math.max(1, Math.floor(batchSize / samples));
  return ranges(samples, batchSize).flatMap((someSamples) =>
    ranges(images, imagesAtOnce).map((someImages) => ({ images: someImages, samples: someSamples })),
  );
}
