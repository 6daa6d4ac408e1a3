import type { MethodMap } from '../../attribution/explain.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import type { Outcome } from '../check.ts';
import type { JudgedMap } from '../metrics/judgedMap.ts';
import type { Mask } from '../metrics/localisation.ts';
import type { Subject } from '../metrics/perturbed.ts';
import type { CurvePoint } from '../metrics/removalCurve.ts';
import type { Replacement } from '../metrics/replacement.ts';

/** A map of one image at the image's size, and what made it. */
export interface EvaluatedMap extends JudgedMap {
  /** Absent for a baseline, which knows nothing of the model. */
  readonly made?: MethodMap;
}

/** Images with what a metric may ask about them. */
export interface EvaluationSubject {
  readonly classifier: Classifier;
  readonly input: InputDescription;
  /** The class that is explained of each image: the one the model decides for. */
  readonly targets: readonly number[];
  /** How sure the model is of it, 0 to 1: comparable between images, and what removal is about. */
  readonly sureness: Subject;
  /** The score that the maps explain. */
  readonly score: Subject;
  /** One black image as model input, and the replacement by it. */
  readonly black: Float32Array;
  readonly toBlack: Replacement;
  /** Where the truth is in each image, where that is known. */
  readonly masks?: readonly (Mask | undefined)[];
  readonly seed: number;
}

/** What a metric says of one map. */
export interface Measured {
  /** NaN where it cannot be said: a correlation of scores that never change. */
  readonly value: number;
  readonly curve?: readonly CurvePoint[];
}

/**
 * What is measured: whether the model needs what a map shows (removal), whether the map's numbers agree with changes of the
 * score (agreement), how concentrated it is (shape), what it depends on (dependence), whether it is where the truth is known to
 * be (localisation).
 */
export type MetricKind = 'removal' | 'agreement' | 'shape' | 'dependence' | 'localisation';

/** A metric of maps with fixed settings, so that the numbers of different models and days can be compared. */
export interface EvaluationMetric {
  readonly id: string;
  readonly title: string;
  /** What it measures, in a sentence. */
  readonly about: string;
  readonly paper: string;
  readonly kind: MetricKind;
  /** What a larger number means; methods are ranked by those that are better or worse. */
  readonly larger: 'better' | 'worse' | 'neither';
  readonly settings: Readonly<Record<string, number | string>>;
  /** Says nothing of images without a mask. */
  readonly needsMasks?: boolean;
  /**
   * What it says of each map, in the maps' order: nothing of a map that it does not apply to. The maps are finite, not constant,
   * and of the images' size.
   */
  of(maps: readonly EvaluatedMap[], subject: EvaluationSubject): Promise<readonly Outcome<Measured>[]>;
}

/** The outcome of a map's number. */
export function said(value: number, curve?: readonly CurvePoint[]): Outcome<Measured> {
  return { result: { value, curve } };
}
