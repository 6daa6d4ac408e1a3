import { type Mosaics, mosaicSide, type PlacedDigit } from '../../datasets/mosaic/mosaic.ts';
import { classOfEachPixel, labelsOf, sumOf } from '../../datasets/mosaic/truths.ts';
import { findImageInput } from '../../model/imageInput.ts';
import { describeInput } from '../../model/inputDescription.ts';
import type { Model } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf, type Runtime } from '../../runtime/runtime.ts';
import { trainingImages } from '../trainingImages.ts';
import { matchedBoxes } from './boxes.ts';
import { cellsAcross, type MosaicNetworkName } from './networks.ts';

/** How well a network answers. */
export interface QualityFigure {
  readonly id: string;
  readonly title: string;
  readonly value: number;
  /** The value is a share, from 0 to 1. */
  readonly share: boolean;
}

/** A measure: numbers of an image's answer that are added over all images, and what follows from the sums. */
interface Measure {
  /** @param answer the model's output for the image, row by row. */
  readonly of: (answer: Float32Array, digits: readonly PlacedDigit[]) => readonly number[];
  readonly figures: (sums: readonly number[], images: number) => readonly QualityFigure[];
}

const share = (id: string, title: string, value: number): QualityFigure => ({ id, title, value, share: true });

const value: Measure = {
  of: ([sum = Number.NaN], digits) => {
    const error = Math.abs(sum - sumOf(digits));
    return [error, error < 0.5 ? 1 : 0];
  },
  figures: ([errors = 0, right = 0], images) => [
    { id: 'meanAbsoluteError', title: 'mean absolute error', value: errors / images, share: false },
    share('sumsRight', 'sums right when rounded', right / images),
  ],
};

/** F1 is that of all labels together: 2 TP / (2 TP + FP + FN). */
const labels: Measure = {
  of: (answer, digits) => {
    const truth = labelsOf(digits);
    const count = (said: boolean, there: boolean) =>
      answer.filter((probability, k) => probability > 0.5 === said && (truth[k] === 1) === there).length;
    return [count(true, true), count(true, false), count(false, true), count(false, false)];
  },
  figures: ([hit = 0, wrong = 0, missed = 0, rest = 0]) => [
    share('labelAccuracy', 'labels right', (hit + rest) / (hit + wrong + missed + rest)),
    share('f1', 'F1', (2 * hit) / (2 * hit + wrong + missed)),
  ],
};

const pixels = mosaicSide * mosaicSide;
const pixelClasses = 11;

/** Of each class: pixels that are it and are found so, that are found so, that are it. */
const segmentation: Measure = {
  of: (answer, digits) => {
    const counts = Array.from({ length: 3 * pixelClasses }, () => 0);
    const add = (place: number) => {
      counts[place] = (counts[place] ?? 0) + 1;
    };
    classOfEachPixel(digits).forEach((truth, pixel) => {
      const found = classAt(answer, pixel);
      if (found === truth) add(3 * truth);
      add(3 * found + 1);
      add(3 * truth + 2);
    });
    return counts;
  },
  figures: (sums, images) => {
    const at = (place: number) => sums[place] ?? 0;
    const classes = Array.from({ length: pixelClasses }, (_, k) => 3 * k);
    const right = classes.reduce((sum, k) => sum + at(k), 0);
    const overlaps = classes.map((k) => at(k) / (at(k + 1) + at(k + 2) - at(k)));
    return [
      share('pixelAccuracy', 'pixels right', right / (images * pixels)),
      share('meanIou', 'mean IoU', overlaps.reduce((sum, iou) => sum + iou, 0) / pixelClasses),
    ];
  },
};

function classAt(answer: Float32Array, pixel: number): number {
  let best = 0;
  for (let k = 1; k < pixelClasses; k++) {
    if ((answer[k * pixels + pixel] ?? 0) > (answer[best * pixels + pixel] ?? 0)) best = k;
  }
  return best;
}

/** A box is right where it overlaps one of its class by an IoU above 0.5 that no surer box has taken. */
const detection: Measure = {
  of: (answer, digits) => {
    const { found, right } = matchedBoxes(answer, cellsAcross * cellsAcross, digits);
    return [found, right, digits.length];
  },
  figures: ([found = 0, right = 0, there = 0]) => [
    share('digitsFound', 'digits found (IoU > 0.5, right class)', right / there),
    share('boxesRight', 'boxes right', found === 0 ? 0 : right / found),
  ],
};

const measures: Readonly<Record<MosaicNetworkName, Measure>> = {
  'mosaic-value': value,
  'mosaic-labels': labels,
  'mosaic-segmenter': segmentation,
  'mosaic-detector': detection,
};

/** Small enough for the scores of all pixels. */
const batchSize = 50;

/** How well a mosaic network does on mosaics. @throws TrainingDataError, RunError */
export function measureMosaics(
  runtime: Runtime,
  model: Model,
  name: MosaicNetworkName,
  { images, digits }: Mosaics,
): Promise<readonly QualityFigure[]> {
  const measure = measures[name];
  return scoped(async (keep) => {
    const input = findImageInput(model.graph);
    const prepared = trainingImages(images, describeInput(input, {}), images.classNames.length);
    const { batches, outputs } = await keep(program(runtime, model, { batchSize }));
    const [output = ''] = outputs;
    let sums: readonly number[] = [];
    for await (const { from, to, values } of batches({ [input.name]: prepared.images })) {
      const { dims, data } = floatOutputOf(values, output);
      const size = sizeOf(dims.slice(1));
      for (let i = from; i < to; i++) {
        const answer = data.subarray((i - from) * size, (i - from + 1) * size);
        sums = measure.of(answer, digits[i] ?? []).map((count, k) => count + (sums[k] ?? 0));
      }
    }
    return measure.figures(sums, images.count);
  });
}
