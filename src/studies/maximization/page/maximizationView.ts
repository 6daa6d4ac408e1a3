import type { Classifier } from '../../../model/classifier.ts';
import { sumChannels, toPixels } from '../../../model/pixels.ts';
import { divergingColour } from '../../../pictures/colours.ts';
import type { Picture } from '../../../pictures/picture.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import type { Maximization, MaximizedUnit, UnitImage } from '../maximize.ts';

/** What the page about a layer's units shows. */
export interface MaximizationView {
  /** What the model is called. */
  readonly model: string;
  readonly layer: string;
  /** The sigmoid (or tanh) before which values are taken. */
  readonly before?: string;
  /** How several positions make one value, as a sentence. */
  readonly over?: string;
  readonly units: readonly UnitView[];
  /** What was looked through for the images that units respond to most. */
  readonly images?: { readonly name: string; readonly count: number };
  readonly samples: number;
  readonly noise: number;
  readonly steps: number;
  readonly starts: number;
  readonly provenance: Provenance;
}

export interface UnitView {
  readonly unit: number;
  readonly ascent: SeenPicture;
  /** The mean gradient: red where brighter raises the value, blue where it lowers it. */
  readonly gradient: SeenPicture;
  readonly best?: SeenPicture & { readonly index: number };
}

export interface SeenPicture {
  readonly picture: Picture;
  /** What the unit makes of it; of a mean gradient, of its positive part as an image. */
  readonly value: number;
  /** The same behind the sigmoid. */
  readonly output: number;
}

interface MaximizationViewOptions {
  readonly model: string;
  readonly imagesName?: string;
  readonly provenance: Provenance;
}

/** What the page of a maximization shows. */
export function maximizationView(
  classifier: Classifier,
  found: Maximization,
  { model, imagesName, provenance }: MaximizationViewOptions,
): MaximizationView {
  const { layer, before, over, settings, images } = found;
  return {
    model,
    layer,
    before,
    over,
    units: found.units.map((unit) => unitView(classifier, unit)),
    images: imagesName === undefined || images === 0 ? undefined : { name: imagesName, count: images },
    samples: settings.samples,
    noise: settings.noise,
    steps: settings.steps,
    starts: settings.starts,
    provenance,
  };
}

function unitView(classifier: Classifier, { unit, ascent, smoothGrad, best }: MaximizedUnit): UnitView {
  const { input } = classifier;
  const seen = ({ image, value, output }: UnitImage): SeenPicture => {
    return { picture: toPixels(image.data, input), value, output };
  };
  return {
    unit,
    ascent: seen(ascent),
    gradient: { ...seen(smoothGrad), picture: gradientPicture(sumChannels(smoothGrad.map.data, input), input) },
    best: best && { ...seen(best), index: best.index },
  };
}

/** A signed map in the colours of maps, its largest magnitude at full colour. */
function gradientPicture(
  values: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): Picture {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), Number.MIN_VALUE);
  const data = new Uint8Array(values.length * 3);
  for (const [i, value] of values.entries()) data.set(divergingColour(value / largest), 3 * i);
  return { width, height, channels: 3, data };
}
