import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import type { Explainer } from '../explainer.ts';
import { method } from '../method.ts';
import { baselineOption, type Pair, type Resolved } from '../options.ts';
import { coveringExplainer, type Stretches } from './covering.ts';
import { type Box, windowPlaces, windowSides } from './slidingWindow.ts';

const options = {
  window: {
    about: 'side of the covered patch in pixels; 0 for one of which about 196 cover the image (28x28: 2, 224x224: 16)',
    default: 0,
    whole: true,
    min: 0,
    pair: true,
  },
  stride: { about: 'pixels from patch to patch; 0 for side by side', default: 0, whole: true, min: 0, pair: true },
  baseline: baselineOption('the patch'),
} as const;

/** A 0 in window or stride: still to be chosen for the image. */
type Settings = Resolved<typeof options>;

/**
 * Occlusion, Zeiler & Fergus 2014, as Captum computes it: a window over all channels is set to the baseline, every element
 * under it gets the whole drop of the score, averaged over the windows it is under. When compiled it throws MethodOptionError
 * for a window or stride that does not fit the image.
 */
export const occlusion = method({
  id: 'occlusion',
  title: 'Occlusion',
  about:
    'By how much the score drops when a patch of the image is covered: every pixel gets the mean drop of its patches.',
  unit: 'score units',
  options,
  create: (settings) => ({
    settings: inWords(settings),
    settingsFor: ({ input }) => inWords(fitted(settings, input)),
    compile: (classifier) => compile(classifier, settings),
  }),
});

function fitted({ window, stride, baseline }: Settings, input: InputDescription): Settings {
  const automatic = windowSides(input);
  // A signal or a row of a table is one pixel high.
  const height = input.numbers ? 1 : window[0] || automatic[0];
  const width = window[1] || automatic[1];
  const down = input.numbers ? 1 : stride[0] || height;
  return { window: [height, width], stride: [down, stride[1] || width], baseline };
}

function inWords({ window, stride, baseline }: Settings) {
  return { window: sidesInWords(window), stride: sidesInWords(stride), baseline };
}

/** `16`, or `16x8` for 16 high and 8 wide; `automatic` where it is still to be chosen. */
function sidesInWords([height, width]: Pair): string {
  const one = (side: number) => (side === 0 ? 'automatic' : String(side));
  return height === width ? one(height) : `${one(height)}x${one(width)}`;
}

async function compile(classifier: Classifier, settings: Settings): Promise<Explainer> {
  const { input } = classifier;
  const { window, stride } = fitted(settings, input);
  const windows = windowPlaces([input.height, input.width], window, stride).map((box) => stretches(box, input));
  return coveringExplainer(classifier, windows, settings.baseline);
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
