/** What a model decides of an image, where that is more than a class: of one row of scores see `model/decision.ts`. */
export type TaskDecision = LabelsDecision | NumberDecision | SegmentationDecision | DetectionDecision;

/** The labels of an image. */
export interface LabelsDecision {
  readonly kind: 'labels';
  /** The probability from which a label is there. */
  readonly threshold: number;
  /** All labels, the strongest first. */
  readonly labels: readonly {
    readonly index: number;
    readonly label: string;
    readonly probability: number;
    readonly isPresent: boolean;
  }[];
}

/** A number; another one is the same within the tolerance. */
export interface NumberDecision {
  readonly kind: 'value';
  readonly words: string;
  readonly value: number;
  readonly tolerance: number;
}

/** A class for each position of an image. */
export interface SegmentationDecision {
  readonly kind: 'segmentation';
  readonly height: number;
  readonly width: number;
  /** Row by row. */
  readonly classAt: Uint16Array;
  /** The classes that are somewhere, the largest share of the positions first. */
  readonly classes: readonly { readonly index: number; readonly label: string; readonly share: number }[];
}

/** The boxes that a detector finds in an image, and which of them is explained. */
export interface DetectionDecision {
  readonly kind: 'detection';
  /** The image, of which each box explained is an entry of its own. */
  readonly image: string;
  /** The strongest first. */
  readonly boxes: readonly FoundBox[];
  /** Which of them is explained. */
  readonly explained: number;
  /** How many of the detector's places propose it. */
  readonly places: number;
  /** What has to be known of the choice, in a sentence. */
  readonly note?: string;
}

/** A box as left, top, right, bottom. */
export interface FoundBox {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
  /** In whole pixels of the picture as it is in its file. */
  readonly box: readonly number[];
  /** In pixels of the model's input. */
  readonly inputBox: readonly number[];
  /** It was asked for, and the detector does not report it. */
  readonly isNotKept?: true;
}

/** A decision as JSON has it: without what there is at each position. */
export type DecisionSummary =
  | LabelsDecision
  | NumberDecision
  | DetectionDecision
  | Omit<SegmentationDecision, 'classAt'>;

export function decisionSummary(decision: TaskDecision): DecisionSummary {
  if (decision.kind !== 'segmentation') return decision;
  const { classAt: _, ...said } = decision;
  return said;
}
