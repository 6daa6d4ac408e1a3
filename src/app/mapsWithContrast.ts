import { MethodOptionError } from '../attribution/errors.ts';
import { type ExplainOptions, type Explanation, explain } from '../attribution/explain.ts';
import { isEvidence, type Method } from '../attribution/method.ts';
import type { UnitTarget } from '../attribution/unitScores.ts';
import type { KonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { type Prediction, runnerUp } from '../model/decision.ts';
import type { Target } from '../model/target.ts';
import { concatRows } from '../onnx/tensor.ts';
import type { WorkOptions } from '../progress.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { contrastMethod } from './defaultMethods.ts';
import type { Refusals } from './leftOut.ts';

/** By which methods, and for what: see `ExplainImagesOptions`. */
interface AskedMaps extends Pick<WorkOptions, 'progress' | 'signal'>, Pick<ExplainOptions, 'onFound'> {
  readonly methods: readonly Method[];
  readonly target?: (prediction: Prediction) => Target;
  readonly unit?: UnitTarget;
}

/** The class that an image is labelled with, where it was decided otherwise; else the one that came second. */
function rivalOf(prediction: Prediction, truth: number | undefined): number {
  const isOther = truth !== undefined && truth !== prediction.chosen && truth < prediction.scores.length;
  return isOther ? truth : runnerUp(prediction);
}

/** The maps asked for; where the target is the predicted class, also one map of why it and not the label or the runner-up. */
export async function mapsWithContrast(
  classifier: Classifier,
  images: readonly NamedImage[],
  { methods, target, unit, progress, onFound, signal }: AskedMaps,
  refusals: Refusals,
): Promise<readonly Explanation[]> {
  const batch = concatRows(images.map(({ image }) => image));
  const options = {
    onRefused(method: Method, error: KonkyoError, image?: number) {
      const name = image === undefined ? undefined : (images[image]?.name ?? '');
      refusals.add({ method, error, image: name }, image === undefined ? methods.length : images.length);
    },
    progress,
    signal,
  };
  if (unit) {
    const predictions = await classifier.predict(batch);
    const ofUnits = methods.filter(isEvidence);
    for (const method of methods.filter((method) => !isEvidence(method))) {
      const error = new MethodOptionError('It is about decisions, and a unit makes none.');
      refusals.add({ method, error }, methods.length);
    }
    const ofModel = (found: readonly Explanation[]) =>
      found.map((explanation, i) => ({ ...explanation, prediction: predictions[i] ?? explanation.prediction }));
    return ofModel(
      await explain(unit.classifier, batch, ofUnits, {
        ...options,
        target: () => unit.target,
        onFound: async (found) => onFound?.(ofModel(found)),
      }),
    );
  }
  const explanations = await explain(classifier, batch, methods, { ...options, target, onFound });
  const admitted = methods.filter(({ id }) =>
    explanations.every(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  const contrasting = contrastMethod(classifier, admitted);
  if (target || !contrasting || classifier.classCount < 2 || signal?.aborted) return explanations;
  const contrasts = await explain(classifier, batch, [contrasting], {
    ...options,
    target: (prediction, i) => ({ for: prediction.chosen, against: rivalOf(prediction, images[i]?.truth) }),
  });
  return explanations.map((explanation, i) => ({
    ...explanation,
    maps: [...explanation.maps, ...(contrasts[i]?.maps ?? [])],
  }));
}
