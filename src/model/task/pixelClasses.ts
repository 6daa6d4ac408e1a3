import type { ReadyModel } from '../classifier.ts';
import type { ModelOutput } from '../outputShapes.ts';
import { scoreMap } from '../reading/scoreMap.ts';

/** How an output has a score for each class at each of the image's positions: [n, classes, h, w], or [n, h, w, classes]. */
export interface PixelClasses {
  readonly output: string;
  /** The value with the scores, before a last softmax or sigmoid; of the output's shape. */
  readonly scores: string;
  /** What makes probabilities of them. */
  readonly before?: 'Softmax' | 'LogSoftmax' | 'Sigmoid';
  /** Counted from 0 with the batch. */
  readonly classAxis: 1 | 3;
  /** Scores at a position; a single one decides between background and foreground. */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
}

/** Reads an output as scores of classes by position, by its shape beside the input's; undefined where that does not fit. */
export function pixelClasses(
  { model, facts, input }: Pick<ReadyModel, 'model' | 'facts' | 'input'>,
  { name, dims }: ModelOutput,
): PixelClasses | undefined {
  const [first = 0, second = 0, third = 0, ...more] = dims;
  if (dims.length !== 3 || more.length > 0) return undefined;
  const { name: scores, before, axis } = scoreMap(model.graph, name, facts);
  const fits = (height: number, columns: number) => {
    const isPlace = height > (input.height > 1 ? 1 : 0) && columns > 1;
    const isNoLarger = height <= 2 * input.height && columns <= 2 * input.width;
    return isPlace && isNoLarger && Math.abs((columns * input.height) / height - input.width) <= input.height / height;
  };
  const shared = { output: name, scores, before };
  if (axis !== 3 && fits(second, third)) {
    return { ...shared, classAxis: 1, width: first, height: second, columns: third };
  }
  if (axis !== 1 && fits(first, second)) {
    return { ...shared, classAxis: 3, width: third, height: first, columns: second };
  }
  return undefined;
}

/** How many classes there are: a single score decides between two. */
export function pixelClassCount({ width }: PixelClasses): number {
  return width === 1 ? 2 : width;
}

/** What is called background where there are names: not what one asks a segmenter for. */
const backgroundNames = /^(_*background_*|bg|void|unlabell?ed|none)$/i;

/** Whether a class is background: by its name; where classes have none, class 0. */
export function isBackground(index: number, classes: readonly string[] | undefined): boolean {
  const name = classes?.[index];
  return classes === undefined ? index === 0 : name !== undefined && backgroundNames.test(name.trim());
}

/** The name of a class of pixels. */
export function pixelClassName(index: number, { width }: PixelClasses, classes: readonly string[] | undefined): string {
  const name = classes?.[width === 1 && classes.length === 1 ? index - 1 : index];
  if (name !== undefined) return name;
  if (width === 1) return index === 0 ? 'background' : 'foreground';
  return String(index);
}
