import type { Classifier } from '../../model/classifier.ts';
import { imageDims } from '../../model/inputDescription.ts';
import { baselineImage } from '../../model/pixels.ts';
import { inDoublePrecision } from '../../onnx/doublePrecision.ts';
import { prune } from '../../onnx/prune.ts';
import { float32, isTensorOf, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { lengthOf, type Range, ranges } from '../../runtime/portions.ts';
import { type Program, program } from '../../runtime/program.ts';
import { floatOutputOf, outputOf, type Values } from '../../runtime/runtime.ts';
import { explained } from '../explainedScores.ts';
import type { Attribution, Explainer } from '../explainer.ts';
import { checkedWeights } from '../explanationGraph.ts';
import { withMapNotes } from '../mapNotes.ts';

/** The elements of one image that are covered together, in runs of memory. */
export type Stretches = readonly Range[];

/**
 * An explainer that covers one window after the other: every element gets the drop of the score, averaged over the windows
 * it is under. @param pixel value (0 to 255) of what covers it.
 */
export async function coveringExplainer(
  classifier: Classifier,
  windows: readonly Stretches[],
  pixel: number,
): Promise<Explainer> {
  const { inputName, model, runtime, scores } = classifier;
  const baseline = baselineImage(pixel, classifier.input);
  const outputs = [{ name: scores.name, type: undefined, dims: undefined }];
  const scoring = { ...model, graph: prune(model.graph, outputs, [inputName]) };
  // A small window changes the score in its last digits: where the runtime can, more of them are computed. Of what ONNX
  // Runtime fuses when it optimises, some operators (QuickGelu) have no float64 kernel.
  const double = runtime.limits?.lacks.includes('float64') ? undefined : inDoublePrecision(scoring);
  const scored = await program(runtime, double ?? scoring, double ? { optimization: 'none' } : {});
  const explainer: Explainer = {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      // The image as it is comes first, as if under a window of no size.
      const covered = [[], ...windows];
      const all = await coveredScores(scored, classifier, images, weights, covered, baseline.data);
      const values = new Float32Array(images.data.length);
      const size = values.length / targets.length;
      const own = new Float32Array(targets.length);
      for (let i = 0; i < targets.length; i++) {
        const [score = 0, ...under] = all.subarray(i * covered.length, (i + 1) * covered.length);
        own[i] = score;
        const drops = under.map((lower) => score - lower);
        values.set(meanDrops(windows, drops, size), i * size);
      }
      return { values: float32(images.dims, values), scores: own };
    },
    release: scored.release,
  };
  return withMapNotes(explainer, classifier, 'scores');
}

/**
 * The explained score of each image under each window, [n * windows]. One batch of images is kept, and only what is under
 * a window is written and put back: no image is copied twice.
 */
async function coveredScores(
  scored: Program,
  { batchSize, inputName, input, scores: { name, width } }: Classifier,
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
  windows: readonly Stretches[],
  baseline: Float32Array,
): Promise<Float64Array> {
  const dims = imageDims(input);
  const size = sizeOf(dims);
  const total = (images.dims[0] ?? 0) * windows.length;
  const results = new Float64Array(total);
  const batch = float32([Math.min(total, batchSize), ...dims], new Float32Array(Math.min(total, batchSize) * size));
  const imageIn = new Map<number, number>();
  for (const part of ranges(total, batchSize)) {
    const jobs = Array.from({ length: lengthOf(part) }, (_, row) => {
      const image = Math.floor((part.from + row) / windows.length);
      return { row, image, window: windows[(part.from + row) % windows.length] ?? [] };
    });
    for (const { row, image, window } of jobs) {
      if (imageIn.get(row) !== image)
        batch.data.set(images.data.subarray(image * size, (image + 1) * size), row * size);
      imageIn.set(row, image);
      for (const { from, to } of window) batch.data.set(baseline.subarray(from, to), row * size + from);
    }
    const data = numbersOf(await scored.run({ [inputName]: rows(batch, 0, jobs.length) }), name);
    for (const { row, image, window } of jobs) {
      const own = weights.data.subarray(image * width, (image + 1) * width);
      results[part.from + row] = explained(own, data.subarray(row * width, (row + 1) * width));
      for (const { from, to } of window) {
        batch.data.set(images.data.subarray(image * size + from, image * size + to), row * size + from);
      }
    }
  }
  return results;
}

/** A value in whichever precision it was computed. */
function numbersOf(values: Values, name: string): Float32Array | Float64Array {
  const value = outputOf(values, name);
  return isTensorOf(value, 'float64') ? value.data : floatOutputOf(values, name).data;
}

/** For each element of an image, the mean drop over the windows it is under. */
function meanDrops(windows: readonly Stretches[], drops: readonly number[], size: number): Float64Array {
  const sums = new Float64Array(size);
  const counts = new Float64Array(size);
  for (const [i, window] of windows.entries()) {
    for (const { from, to } of window) {
      for (let at = from; at < to; at++) {
        sums[at] = (sums[at] ?? 0) + (drops[i] ?? 0);
        counts[at] = (counts[at] ?? 0) + 1;
      }
    }
  }
  return sums.map((sum, at) => sum / (counts[at] ?? 1));
}
