import { type Mosaics, mosaicSide, type PlacedDigit } from '../../datasets/mosaic/mosaic.ts';
import { areaOf, classOfEachPixel, labelsOf, sumOf } from '../../datasets/mosaic/truths.ts';
import type { TargetLoss } from '../losses.ts';
import { boxLoss, boxRows, meanSquaredError, pixelCrossEntropy, sigmoidCrossEntropy } from '../targetLosses.ts';
import type { ImagesToLearn, Targets } from '../trainingImages.ts';
import { cellSide, cellsAcross, type MosaicNetworkName } from './networks.ts';

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

const digitNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

export const mosaicTasks = {
  'mosaic-value': {
    task: 'value',
    classNames: [],
    loss: meanSquaredError(),
    output: 'value',
    targets: { name: 'sum of the digits', dims: [1], of: (digits) => [sumOf(digits)] },
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
      dims: [boxRows + digitNames.length + 1, cellsAcross * cellsAcross],
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

/** See `boxLoss`. The cell in which the middle of a digit's box lies has its box; of two digits the larger one's. */
export function boxTargets(digits: readonly PlacedDigit[]): Float32Array {
  const cells = cellsAcross * cellsAcross;
  const targets = new Float32Array((boxRows + digitNames.length + 1) * cells);
  const bySize = digits.toSorted((a, b) => areaOf(a.box) - areaOf(b.box));
  for (const { digit, box } of bySize) {
    const { x1, y1, x2, y2 } = box;
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const cell = Math.floor(y / cellSide) * cellsAcross + Math.floor(x / cellSide);
    const column = [x, y, x2 - x1, y2 - y1, ...digitNames.map((_, k) => (k === digit ? 1 : 0)), 1];
    for (const [row, value] of column.entries()) targets[row * cells + cell] = value;
  }
  return targets;
}
