import type { MethodMap } from '../attribution/explain.ts';
import { isEvidence } from '../attribution/method.ts';
import type { Words } from '../language/words.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { Figure } from './figure.ts';

/** A check of how far a map can be believed, with results of one type. */
export interface Check<Result = unknown> {
  readonly id: string;
  readonly title: string;
  /** What it measures, and the paper. */
  readonly about: string;
  /** Whether it says anything of a map of this kind. */
  appliesTo(map: MethodMap): boolean;
  /** The result where the map itself holds it, at no cost; undefined where the map has none. */
  read?(map: MethodMap): Result | undefined;
  /** Else: the results of many maps together, which take runs of the model, in the maps' order. */
  run?(maps: readonly MapToCheck[], options: RunOptions): Promise<readonly Outcome<Result>[]>;
  /** The result in words, judged. */
  figures(result: Result, words: Words): readonly Figure[];
  /** The result as numbers, by the names they have in JSON. */
  numbers(result: Result): Readonly<Record<string, number | undefined>>;
}

/** What a run found of a map: a result, why the map cannot be checked (in a sentence), or nothing to say. */
export type Outcome<Result> = { readonly result: Result } | { readonly refused: string } | undefined;

export interface MapToCheck {
  readonly map: MethodMap;
  /** The image that it explains, [1, ...] model input, and which of the images that is. */
  readonly image: Tensor<'float32'>;
  readonly position: number;
}

export interface RunOptions {
  readonly classifier: Classifier;
  readonly seed: number;
  /** The pixel value of what is blanked; by default each check's own. */
  readonly baseline?: number;
  readonly progress: (done: number, total: number, what: string) => void;
}

type Declaration<Id, Result> = Omit<Check<Result>, 'id' | 'appliesTo'> &
  Partial<Pick<Check<Result>, 'appliesTo'>> & { readonly id: Id };

/** Declares a check, by default of all maps that are evidence for a target. */
export function check<const Id extends string, Result>(
  declaration: Declaration<Id, Result>,
): Check<Result> & { readonly id: Id } {
  return { appliesTo: ({ method }) => isEvidence(method), ...declaration };
}
