import { type Box, type Mosaics, mosaicSide, type PlacedDigit } from '../../datasets/mosaic/mosaic.ts';
import { areaOf, classOfEachPixel, labelsOf } from '../../datasets/mosaic/truths.ts';
import type { TargetLoss } from '../losses.ts';
import { boxLoss, boxRows, pixelCrossEntropy, sigmoidCrossEntropy, sumOfPartsError } from '../targetLosses.ts';
import type { ImagesToLearn, Targets } from '../trainingImages.ts';
import { cellSide, cellsAcross, digitWorths, type MosaicNetworkName } from './networks.ts';

/** What a network learns of mosaics. */
interface MosaicTask {
  /** As a model's description names it. */
  readonly task: 'value' | 'labels' | 'segmentation' | 'detection';
  readonly classNames: readonly string[];
  readonly loss: TargetLoss;
  /** The value of the network that the loss is of. */
  readonly output: string;
  readonly targets: Omit<Targets, 'write'> & { readonly of: (digits: readonly PlacedDigit[]) => ArrayLike<number> };
}

const cells = cellsAcross * cellsAcross;
const digitNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** What the networks of mosaics learn, and by which loss. */
export const mosaicTasks = {
  'mosaic-value': {
    task: 'value',
    classNames: [],
    loss: sumOfPartsError(digitWorths),
    output: 'evidence',
    targets: {
      name: 'how much of each digit is where',
      dims: [digitNames.length, cellsAcross, cellsAcross],
      of: shareTargets,
    },
  },
  'mosaic-labels': {
    task: 'labels',
    classNames: digitNames,
    loss: sigmoidCrossEntropy(),
    output: 'scores',
    targets: { name: 'which digits there are', dims: [digitNames.length], of: labelsOf },
  },
  'mosaic-segmenter': {
    task: 'segmentation',
    classNames: ['background', ...digitNames],
    loss: pixelCrossEntropy(),
    output: 'classes',
    targets: { name: 'class of each pixel', dims: [1, mosaicSide, mosaicSide], of: classOfEachPixel },
  },
  'mosaic-detector': {
    task: 'detection',
    classNames: digitNames,
    loss: boxLoss(cellSide),
    output: 'found',
    targets: {
      name: 'box and class of each digit',
      dims: [boxRows + digitNames.length + 1, cells],
      of: boxTargets,
    },
  },
} as const satisfies Readonly<Record<MosaicNetworkName, MosaicTask>>;

/** Which of a mosaic network's numbers are weights; the others are constants of its head. */
export function isMosaicWeight(name: string): boolean {
  return /\.(weight|bias)$/.test(name);
}

/** The images with what a network learns of them. */
export function imagesToLearn(name: MosaicNetworkName, { images, digits }: Mosaics): ImagesToLearn {
  const { classNames, targets }: MosaicTask = mosaicTasks[name];
  return {
    ...images,
    classNames,
    targets: {
      name: targets.name,
      dims: targets.dims,
      write: (image, into) => into.set(targets.of(digits[image] ?? [])),
    },
  };
}

/**
 * See `boxLoss`. A digit is the answer of each cell whose middle is up to three quarters of a cell, down and across, from the middle of
 * its box: of one to four cells, so that one of them is sure of it wherever it lies. Of two digits the larger one is a cell's.
 */
export function boxTargets(digits: readonly PlacedDigit[]): Float32Array {
  const targets = new Float32Array((boxRows + digitNames.length + 1) * cells);
  for (const { digit, box } of digits.toSorted((a, b) => areaOf(a.box) - areaOf(b.box))) {
    const { x1, y1, x2, y2 } = box;
    const column = [
      (x1 + x2) / 2,
      (y1 + y2) / 2,
      x2 - x1,
      y2 - y1,
      ...digitNames.map((_, k) => Number(k === digit)),
      1,
    ];
    for (const { cell, across, down } of cellsFrom(box)) {
      if (Math.max(across, down) > 0.75) continue;
      for (const [row, value] of column.entries()) targets[row * cells + cell] = value;
    }
  }
  return targets;
}

/**
 * How much of each digit lies in each cell, [10, cells]: it is shared by the cells next to the middle of its box, each the more the
 * nearer it is (bilinear), so that a cell's share does not leap where a digit moves from one to the next. The shares of a
 * digit add up to 1.
 */
export function shareTargets(digits: readonly PlacedDigit[]): Float32Array {
  const targets = new Float32Array(digitNames.length * cells);
  for (const { digit, box } of digits) {
    const shares = cellsFrom(box).map(({ across, down }) => Math.max(0, 1 - across) * Math.max(0, 1 - down));
    const total = shares.reduce((sum, share) => sum + share, 0);
    for (const [cell, share] of shares.entries()) {
      const place = digit * cells + cell;
      targets[place] = Math.min(1, (targets[place] ?? 0) + share / total);
    }
  }
  return targets;
}

/** All cells, with how far their middles are from that of a box, in cells. */
function cellsFrom({ x1, y1, x2, y2 }: Box) {
  const [x, y] = [(x1 + x2) / 2 / cellSide, (y1 + y2) / 2 / cellSide];
  return Array.from({ length: cells }, (_, cell) => ({
    cell,
    across: Math.abs((cell % cellsAcross) + 0.5 - x),
    down: Math.abs(Math.floor(cell / cellsAcross) + 0.5 - y),
  }));
}
