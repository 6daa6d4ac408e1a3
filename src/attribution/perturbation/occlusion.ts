import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import type { Explainer, Method, MethodKind } from '../method.ts';
import { resolveOptions } from '../options.ts';
import { coveringExplainer, type Stretches } from './covering.ts';
import { type Box, type Size, windowFor, windowPlaces } from './slidingWindow.ts';

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
  const { input } = classifier;
  const { window, stride } = fitted(resolved, input);
  const windows = windowPlaces([input.height, input.width], window, stride).map((box) => stretches(box, input));
  return coveringExplainer(classifier, windows, resolved.baseline);
}

/** The elements of one image under a window. */
function stretches(box: Box, { layout, height, width, channels }: InputDescription): Stretches {
  const lines = Array.from({ length: box.bottom - box.top }, (_, i) => (box.top + i) * width);
  if (layout === 'NHWC') {
    return lines.map((line) => ({ from: (line + box.left) * channels, to: (line + box.right) * channels }));
  }
  return Array.from({ length: channels }, (_, c) => c * height * width).flatMap((plane) =>
    lines.map((line) => ({ from: plane + line + box.left, to: plane + line + box.right })),
  );
}
