import { firstLargest } from '../decision.ts';
import { type Box, overlapOf } from './box.ts';

/** One thing that a detector found in an image. */
export interface Detection {
  /** In pixels of the model's input. */
  readonly box: Box;
  /** Index of its class. */
  readonly class: number;
  /** Its probability, 0 to 1: that of the class, times the objectness where the layout has one. */
  readonly score: number;
  /** The anchor it is read off. */
  readonly anchor: number;
  /** The anchor's probabilities of all classes. */
  readonly scores: Float32Array;
}

/** A detection, and the anchors whose scores are explained for it. */
export interface ExplainedBox {
  readonly detection: Detection;
  /** At least the detection's own. */
  readonly anchors: readonly number[];
}

/** What all anchors of one image propose. */
export interface Proposals {
  /** [anchors * 4]: left, top, right, bottom in pixels of the model's input. */
  readonly boxes: Float32Array;
  /** [anchors * classes]: probability of the class, times the objectness where there is one. */
  readonly scores: Float32Array;
  readonly classes: number;
}

/** When a proposal is kept. */
export interface DetectionSettings {
  /** Least probability. Default 0.25. */
  readonly threshold?: number;
  /** Of two boxes of one class whose overlap (intersection over union) is above this, the weaker goes. Default 0.5. */
  readonly iou?: number;
}

export const defaultThreshold = 0.25;
export const defaultIou = 0.5;

/** The box that an anchor proposes. */
export function boxAt({ boxes }: Proposals, anchor: number): Box {
  const side = (i: number) => boxes[4 * anchor + i] ?? Number.NaN;
  return { left: side(0), top: side(1), right: side(2), bottom: side(3) };
}

/** What an anchor proposes: its strongest class, the first of equal ones, or the class asked for. */
export function proposalAt(proposals: Proposals, anchor: number, of?: number): Detection {
  const { classes } = proposals;
  const scores = proposals.scores.subarray(anchor * classes, (anchor + 1) * classes);
  const chosen = of ?? firstLargest(scores);
  return { box: boxAt(proposals, anchor), class: chosen, score: scores[chosen] ?? Number.NaN, anchor, scores };
}

/** What all anchors of an image propose, by anchor. */
export function allProposals(proposals: Proposals, of?: number): Detection[] {
  return Array.from({ length: proposals.boxes.length / 4 }, (_, anchor) => proposalAt(proposals, anchor, of));
}

/**
 * The detections of one image, strongest first (of equal ones the first anchor): each anchor proposes its strongest class, what
 * is below the threshold goes, and of boxes of one class that overlap only the strongest stays (greedy non-maximum suppression).
 */
export function detectionsOf(
  proposals: Proposals,
  { threshold = defaultThreshold, iou = defaultIou }: DetectionSettings = {},
): Detection[] {
  const strong = allProposals(proposals)
    .filter(({ score }) => score >= threshold)
    .sort((a, b) => b.score - a.score || a.anchor - b.anchor);
  const kept: Detection[] = [];
  for (const proposal of strong) {
    const isCovered = kept.some((one) => one.class === proposal.class && overlapOf(one.box, proposal.box) > iou);
    if (!isCovered) kept.push(proposal);
  }
  return kept;
}

/**
 * The anchors behind a detection: those whose strongest class is the detection's and whose box overlaps it by half or more, with at
 * least a tenth of its score; its own anchor always.
 */
export function anchorsBehind(proposals: Proposals, { box, class: of, anchor, score }: Detection): readonly number[] {
  return allProposals(proposals)
    .filter(
      (one) =>
        one.anchor === anchor ||
        (one.class === of && one.score >= leastShare * score && overlapOf(one.box, box) >= leastOverlap),
    )
    .map((one) => one.anchor);
}

/** An anchor far weaker than the detection says nothing about it, though its box may fit. */
const leastShare = 0.1;
const leastOverlap = 0.5;
