import type { Classifier } from '../classifier/classifier.ts';
import { type InputDescription, imageDims } from '../classifier/inputDescription.ts';
import { baselineImage } from '../classifier/pixels.ts';
import { inDoublePrecision } from '../onnx/doublePrecision.ts';
import { prune } from '../onnx/prune.ts';
import { float32, isTensorOf, rows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { floatOutputOf, outputOf, type Session, type Values } from '../runtime/runtime.ts';
import { explained } from './explainedScores.ts';
import type { Attribution, Explainer, Method, MethodKind } from './method.ts';
import { resolveOptions } from './options.ts';
import { lengthOf, type Range, ranges } from './portions.ts';
import { type Box, type Size, windowFor, windowPlaces } from './slidingWindow.ts';
import { checkedWeights } from './targetGradient.ts';

const description = {
  id: 'occlusion',
  title: 'Occlusion',
  about:
    'By how much the score drops when a patch of the image is covered: every pixel gets the mean drop of its patches.',
  unit: 'score units',
};

const options = {
  window: {
    about: 'side of the covered patch in pixels; 0 for one of which about 196 cover the image (28x28: 2, 224x224: 16)',
    default: 0,
    whole: true,
    min: 0,
  },
  stride: { about: 'pixels from patch to patch; 0 for side by side', default: 0, whole: true, min: 0 },
  baseline: { about: 'pixel value (0 to 255) of the patch', default: 0, whole: false, min: 0, max: 255 },
} as const;

export interface OcclusionSettings {
  /** Side of the window in pixels, or [height, width]. By default about 196 windows cover the image. */
  readonly window?: number | Size | undefined;
  /** One number or [down, across]. By default the window's size. */
  readonly stride?: number | Size | undefined;
  /** Pixel value, 0 to 255. Default 0. */
  readonly baseline?: number | undefined;
}

/**
 * Occlusion, Zeiler & Fergus 2014, as Captum computes it: a window over all channels is set to the baseline, every element
 * under it gets the whole drop of the score, averaged over the windows it is under.
 * @throws MethodOptionError; for a window or stride that does not fit the image, when compiled
 */
export function occlusion(settings: OcclusionSettings = {}): Method {
  const resolved = resolve(settings);
  const named = (window: Size, stride: Size) => ({
    window: inWords(window),
    stride: inWords(stride),
    baseline: resolved.baseline,
  });
  return {
    ...description,
    settings: named(resolved.window, resolved.stride),
    settingsFor({ input }) {
      const { window, stride } = fitted(resolved, input);
      return named(window, stride);
    },
    compile: (classifier) => compile(classifier, resolved),
  };
}

export const occlusionKind: MethodKind = { ...description, options, create: occlusion };

/** A 0 in window or stride: still to be chosen for the image. */
interface Resolved {
  readonly window: Size;
  readonly stride: Size;
  readonly baseline: number;
}

function resolve({ window = 0, stride = 0, baseline }: OcclusionSettings): Resolved {
  const pair = (value: number | Size): Size => (typeof value === 'number' ? [value, value] : value);
  const [[height, width], [down, across]] = [pair(window), pair(stride)];
  const vertical = resolveOptions(description.id, options, { window: height, stride: down, baseline });
  const horizontal = resolveOptions(description.id, options, { window: width, stride: across });
  return {
    window: [vertical.window, horizontal.window],
    stride: [vertical.stride, horizontal.stride],
    baseline: vertical.baseline,
  };
}

function fitted(
  { window, stride }: Resolved,
  input: InputDescription,
): { readonly window: Size; readonly stride: Size } {
  const [height, width] = [window[0] || windowFor(input), window[1] || windowFor(input)];
  return { window: [height, width], stride: [stride[0] || height, stride[1] || width] };
}

/** `16`, or `16x8` for 16 high and 8 wide; `automatic` where it is still to be chosen. */
function inWords([height, width]: Size): string {
  const one = (side: number) => (side === 0 ? 'automatic' : String(side));
  return height === width ? one(height) : `${one(height)}x${one(width)}`;
}

async function compile(classifier: Classifier, resolved: Resolved): Promise<Explainer> {
  const { input, inputName, model, runtime, scores } = classifier;
  const { window, stride } = fitted(resolved, input);
  const windows = windowPlaces([input.height, input.width], window, stride).map((box) => stretches(box, input));
  const baseline = baselineImage(resolved.baseline, input);
  const outputs = [{ name: scores.name, type: undefined, dims: undefined }];
  const scoring = { ...model, graph: prune(model.graph, outputs, [inputName]) };
  // A small window changes the score in its last digits: where the runtime can, more of them are computed.
  const session = await runtime.createSession(inDoublePrecision(scoring) ?? scoring);
  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      // The image as it is comes first, as if under a window of no size.
      const covered = [[], ...windows];
      const all = await coveredScores(session, classifier, images, weights, covered, baseline.data);
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
    release: () => session.release(),
  };
}

/** The elements of one image under a window, in runs of memory. */
type Stretches = readonly Range[];

function stretches(box: Box, { layout, height, width, channels }: InputDescription): Stretches {
  const lines = Array.from({ length: box.bottom - box.top }, (_, i) => (box.top + i) * width);
  if (layout === 'NHWC') {
    return lines.map((line) => ({ from: (line + box.left) * channels, to: (line + box.right) * channels }));
  }
  return Array.from({ length: channels }, (_, c) => c * height * width).flatMap((plane) =>
    lines.map((line) => ({ from: plane + line + box.left, to: plane + line + box.right })),
  );
}

/**
 * The explained score of each image under each window, [n * windows]. One batch of images is kept, and only what is under
 * a window is written and put back: no image is copied twice.
 */
async function coveredScores(
  session: Session,
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
    const data = numbersOf(await session.run({ [inputName]: rows(batch, 0, jobs.length) }, [name]), name);
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
