import { fitImages, pictureAt } from '../../datasets/fitImages.ts';
import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import { toFittedInput } from '../../model/pixels.ts';
import { concatRows, type Tensor } from '../../onnx/tensor.ts';
import { stopIfAborted, stoppable } from '../../progress.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import type { Study, StudyOptions } from '../study.ts';
import { type Maximization, type MaximizeOptions, maximize } from './maximize.ts';
import { maximizationPictures, renderMaximization } from './page/maximizationPage.ts';
import { maximizationView } from './page/maximizationView.ts';

/** Which layer's units are maximised, and from which images. */
export interface MaximizationOptions
  extends StudyOptions,
    Pick<MaximizeOptions, 'units' | 'ascent' | 'samples' | 'noise'> {
  /** Images, of any size, among which to look for the one that each unit responds to most. */
  readonly images?: LabelledImages;
}

/** What `konkyo maximize --json` prints. */
export type MaximizationSummary = ReturnType<typeof summaryOf>;

/**
 * What `konkyo maximize` does: what each unit of a layer responds to most.
 * @returns files contact sheets as PNG, and the page.
 * @throws as `maximize`; InterruptedWorkError
 */
export async function studyMaximization(
  classifier: Classifier,
  layer: string,
  options: MaximizationOptions,
): Promise<Study<Maximization, MaximizationSummary>> {
  const { units, ascent, samples, noise, modelName, command, signal } = options;
  const images = options.images && fitted(options.images, classifier);
  const found = await maximize(classifier, layer, {
    units,
    ascent,
    samples,
    noise,
    images: images && inBatches(images, classifier),
    progress: stoppable(options),
  });
  stopIfAborted(signal);
  const settings = Object.entries(found.settings).map(([name, value]) => `${name} ${value}`);
  const provenance = provenanceOf(classifier, { file: modelName, command, notes: [settings.join(', ')] });
  const view = maximizationView(classifier, found, { model: modelName, imagesName: images?.name, provenance });
  return {
    found,
    summary: summaryOf(found),
    files: [
      ...maximizationPictures(view).map(({ name, png }) => ({ name, contents: png })),
      { name: 'index.html', contents: renderMaximization(view) },
    ],
  };
}

function summaryOf({ layer, before, settings, units }: Maximization) {
  return {
    layer,
    before,
    settings,
    units: units.map(({ unit, ascent, smoothGrad, best }) => ({
      unit,
      ascent: ascent.value,
      best: best?.value,
      image: best?.index,
      meanGradient: smoothGrad.value,
    })),
  };
}

function fitted(images: LabelledImages, { input }: Classifier): LabelledImages {
  return fitImages(images, { size: input, channels: input.channels === 3 ? 3 : 1 });
}

/** All images of a set as model input, some at a time. */
function* inBatches(set: LabelledImages, { batchSize, input }: Classifier): Generator<Tensor<'float32'>> {
  for (let from = 0; from < set.count; from += batchSize) {
    const length = Math.min(batchSize, set.count - from);
    yield concatRows(Array.from({ length }, (_, i) => toFittedInput(pictureAt(set, from + i), input)));
  }
}
