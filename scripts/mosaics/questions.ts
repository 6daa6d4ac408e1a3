import { type Box, mosaicSide, type PlacedDigit } from '../../src/datasets/mosaic/mosaic.ts';
import { inkMask, largestDigit, sumOf } from '../../src/datasets/mosaic/truths.ts';
import type { Mask } from '../../src/faithfulness/metrics/localisation.ts';
import type { RegionMask } from '../../src/model/reading/region.ts';
import type { TaskDecision } from '../../src/model/task/decision.ts';
import { overlap } from '../../src/training/mosaic/boxes.ts';

/** What a user would ask about one mosaic. */
export interface Question {
  /** As after `--target`. */
  readonly target: string;
  /** The mask that the target names, where it names one. */
  readonly mask?: RegionMask;
  /** What the target is about. */
  readonly about: readonly PlacedDigit[];
  /** Whether the network has seen it: of a wrong answer there is no truth to compare evidence with. */
  readonly isRight: (decided: TaskDecision) => boolean;
}

/** A kind of target. */
export interface QuestionKind {
  readonly title: string;
  /** Whether each mosaic has a reading of its own, so that nothing is shared between them. */
  readonly isOfOneImage: boolean;
  /** Undefined for a mosaic that leaves open what the target is about. */
  readonly ask: (digits: readonly PlacedDigit[]) => Question | undefined;
}

/** So far a sum may be off, and so well must a box fit and a digit's ink be found, to count as seen. */
const [rightSum, rightBox, rightInk] = [1, 0.5, 0.5];

/** Kinds of targets, by the network that is asked. */
export const questionKinds = {
  value: {
    title: 'value (all digits)',
    isOfOneImage: false,
    ask: (digits) => {
      // A 0 adds nothing.
      const about = digits.filter(({ digit }) => digit > 0);
      if (about.length === 0) return undefined;
      return {
        target: 'value',
        about,
        isRight: (decided) => decided.kind === 'value' && Math.abs(decided.value - sumOf(digits)) <= rightSum,
      };
    },
  },
  labels: {
    title: 'label (the largest digit)',
    isOfOneImage: false,
    ask: (digits) => {
      const digit = largestDigit(digits);
      if (digits.some((other) => other !== digit && other.digit === digit.digit)) return undefined;
      return {
        target: `label:${digit.digit}`,
        about: [digit],
        isRight: (decided) =>
          decided.kind === 'labels' &&
          decided.labels.some(({ label, isPresent }) => isPresent && label === String(digit.digit)),
      };
    },
  },
  detector: {
    title: 'box (the largest digit)',
    isOfOneImage: true,
    ask: (digits) => {
      const digit = largestDigit(digits);
      const { x1, y1, x2, y2 } = digit.box;
      return {
        target: `box:${x1},${y1},${x2},${y2}:${digit.digit}`,
        about: [digit],
        isRight: (decided) => {
          const found = decided.kind === 'detection' ? decided.boxes[decided.explained] : undefined;
          if (!found || found.isNotKept || found.label !== String(digit.digit)) return false;
          const [left = 0, top = 0, right = 0, bottom = 0] = found.inputBox;
          return overlap({ x1: left, y1: top, x2: right, y2: bottom }, digit.box) > rightBox;
        },
      };
    },
  },
  segmenter: {
    title: 'class@mask (the ink of the largest digit)',
    isOfOneImage: true,
    ask: (digits) => {
      const digit = largestDigit(digits);
      const ink = inkMask([digit]);
      return {
        target: `class:${digit.digit}@ink.png`,
        mask: { height: mosaicSide, width: mosaicSide, values: ink },
        about: [digit],
        isRight: (decided) => {
          if (decided.kind !== 'segmentation') return false;
          const own = decided.classes.find(({ label }) => label === String(digit.digit))?.index;
          const pixels = [...ink.keys()].filter((pixel) => ink[pixel] === 1);
          return pixels.filter((pixel) => decided.classAt[pixel] === own).length > rightInk * pixels.length;
        },
      };
    },
  },
} as const satisfies Readonly<Record<string, QuestionKind>>;

export type QuestionKindName = keyof typeof questionKinds;

/** [96, 96], 1 within the boxes of some digits. */
export function boxesMask(digits: readonly { readonly box: Box }[]): Mask {
  const values = Uint8Array.from({ length: mosaicSide * mosaicSide }, (_, i) => {
    const [x, y] = [i % mosaicSide, Math.floor(i / mosaicSide)];
    return Number(digits.some(({ box: { x1, y1, x2, y2 } }) => x >= x1 && x < x2 && y >= y1 && y < y2));
  });
  return { height: mosaicSide, width: mosaicSide, values };
}
