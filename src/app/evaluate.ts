import { explain } from '../attribution/explain.ts';
import { isEvidence, type Method } from '../attribution/method.ts';
import { pictureAt } from '../datasets/fitImages.ts';
import type { LabelledImages } from '../datasets/labelledImages.ts';
import { contenderMaps, contendersOf } from '../faithfulness/evaluation/contenders.ts';
import type { Evaluation } from '../faithfulness/evaluation/evaluation.ts';
import { type Figure, figureTable } from '../faithfulness/evaluation/figures.ts';
import { localisationMetrics } from '../faithfulness/evaluation/localisation.ts';
import type { EvaluationMetric } from '../faithfulness/evaluation/metric.ts';
import { defaultMetrics } from '../faithfulness/evaluation/metrics.ts';
import { evaluationSubject } from '../faithfulness/evaluation/subject.ts';
import { judge } from '../faithfulness/evaluation/verdict.ts';
import { MetricSettingsError } from '../faithfulness/metrics/errors.ts';
import type { Classifier } from '../model/classifier.ts';
import { sha256 } from '../model/identity.ts';
import { toFittedInput } from '../model/pixels.ts';
import { concatRows } from '../onnx/tensor.ts';
import { InterruptedWorkError, type WorkOptions } from '../progress.ts';
import { version } from '../version.ts';
import { checkMasks, drawn, type Masks, notesOfChoice } from './evaluatedImages.ts';
import { type EvaluatedPart, type PartStore, sayAgain } from './evaluatedParts.ts';
import { type Refusals, refusalsOf } from './leftOut.ts';
import { type UnmeasuredMap, unmeasured } from './unmeasured.ts';

/** Which methods are measured by what, on how many images. */
export interface EvaluateOptions extends WorkOptions {
  readonly methods: readonly Method[];
  readonly metrics?: readonly EvaluationMetric[];
  /** Drawn from the test images, each at most once. Default 200. */
  readonly images?: number;
  /** Where the truth is in the test image of a number; images without are left out where masks are given. */
  readonly masks?: Masks;
  /** Of the drawn images, the random choices of metrics, and the bootstrap. Default 0. */
  readonly seed?: number;
  /**
   * Where parts are kept until all are done, so that an evaluation can go on after an interruption.
   * @param key what tells this evaluation from any other: model, images, methods, metrics, seed and version.
   */
  readonly parts?: (key: string) => Promise<PartStore>;
}

export const evaluateDefaults = { images: 200, seed: 0 };

/** Methods x metrics over images of a set, and the classifier and methods that it is about. */
export interface EvaluatedMethods extends Evaluation {
  readonly classifier: Classifier;
  /** Those that gave maps. */
  readonly methods: readonly Method[];
}

/** So many bytes of maps, or images, are in memory at a time. */
const mostBytes = 256e6;
const mostImages = 50;

/**
 * Measures methods on images of a labelled set: every metric on every map, in full batches of the model; what is explained is the
 * class that the model decides for. A signal ends it after the metric under way, and what is done is given.
 * @param test the images, of the model's size.
 * @throws MetricSettingsError for no images or methods; MaskError for a mask of another size, or a metric that needs masks where
 *   there are none; InterruptedWorkError if nothing is done yet; the reason of the only method if nothing is left
 */
export async function evaluate(
  classifier: Classifier,
  test: LabelledImages,
  options: EvaluateOptions,
): Promise<EvaluatedMethods> {
  const { images: asked = evaluateDefaults.images, masks, seed = evaluateDefaults.seed, progress, signal } = options;
  const { metrics = masks ? [...defaultMetrics, ...localisationMetrics] : defaultMetrics } = options;
  checkMasks(classifier, metrics, masks);
  const chosen = drawn(test, asked, masks, seed);
  const refusals = refusalsOf(options.message);
  const notes = notesOfChoice(test, chosen, asked, masks);
  for (const note of notes) options.message?.(note);
  const methods = evidenceOf(options.methods, refusals);
  const size = 4 * classifier.input.height * classifier.input.width * classifier.input.channels * (methods.length + 2);
  const portion = Math.max(1, Math.min(mostImages, Math.floor(mostBytes / size)));
  const portions = Array.from({ length: Math.ceil(chosen.length / portion) }, (_, i) =>
    chosen.slice(i * portion, (i + 1) * portion),
  );
  const stages = portions.length * (methods.length + metrics.length);
  const work: Work = {
    classifier,
    test,
    methods,
    metrics,
    masks,
    seed,
    signal,
    refusals,
  };
  const store = await options.parts?.(await keyOf(work, portions));
  const parts: EvaluatedPart[] = [];
  for (const [k, part] of portions.entries()) {
    const earlier = store?.earlier.find((one) => one.part === k);
    if (earlier) sayAgain(earlier, methods, refusals);
    if (signal?.aborted && !earlier) break;
    const start = k * (methods.length + metrics.length);
    const found =
      earlier ??
      (await evaluatePart(work, k, part, (step, what) =>
        progress?.(start + step, stages, `${what}, images ${k * portion + 1} to ${k * portion + part.length}`),
      ));
    parts.push(found);
    if (!earlier && !signal?.aborted) await store?.save(found);
  }
  progress?.(stages, stages, 'done');
  const figures = parts.flatMap((one) => one.figures);
  const right = parts.flatMap((one) => one.right);
  const done = parts.flatMap((one) => one.images);
  const notMeasured = unmeasured();
  for (const map of parts.flatMap((one) => one.unmeasured)) notMeasured.add(map);
  const usable = methods.filter((method) => figures.some(({ contender }) => contender === method.id));
  if (usable.length === 0) throw nothingMeasured(refusals, signal);
  const contenders = contendersOf(usable);
  const table = figureTable(figures, metrics, contenders, seed);
  const judged = signal?.aborted ? chosen.length - done.length : 0;
  return {
    classifier,
    dataset: test.name,
    seed,
    images: done,
    accuracy: right.filter((is) => is).length / right.length,
    methods: usable,
    metrics,
    contenders,
    table,
    ...judge(table, metrics, contenders),
    notes: [...notes, ...refusals.notes(), ...notMeasured.notes(contenders, metrics)],
    missing: signal?.aborted
      ? [judged > 0 ? `${judged} of ${chosen.length} images` : 'some metrics of the last images']
      : [],
  };
}

interface Work {
  readonly classifier: Classifier;
  readonly test: LabelledImages;
  readonly methods: readonly Method[];
  readonly metrics: readonly EvaluationMetric[];
  readonly masks?: Masks;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly refusals: Refusals;
}

async function keyOf(
  { classifier, test, methods, metrics, masks, seed }: Work,
  portions: readonly (readonly number[])[],
) {
  const { sha256: model, output, scores, input, batchSize } = classifier;
  return JSON.stringify({
    version,
    model: { model, output, scores, input, batchSize },
    images: { name: test.name, hash: await sha256(test.images), portions },
    masks: masks && [...masks].map(([index, { values }]) => [index, Array.from(values).join('')]),
    methods: methods.map((method) => ({
      id: method.id,
      settings: method.settings,
    })),
    metrics: metrics.map(({ id, settings }) => ({ id, settings })),
    seed,
  });
}

/** The maps of some images, and every metric on them. */
async function evaluatePart(
  work: Work,
  k: number,
  part: readonly number[],
  tell: (step: number, what: string) => void,
): Promise<EvaluatedPart> {
  const { classifier, test, methods, metrics, seed, signal, refusals } = work;
  const pictures = part.map((index) => toFittedInput(pictureAt(test, index), classifier.input));
  const usable = methods.filter((method) => !refusals.has(method));
  const nameOf = (image: number) => `${test.name}:${part[image]}`;
  const leftOut: EvaluatedPart['leftOut'][number][] = [];
  const explanations = await explain(classifier, concatRows(pictures), usable, {
    signal,
    progress: (done, total, what) => done < total && tell(done, what),
    onRefused(method, error, place) {
      const image = place === undefined ? undefined : nameOf(place);
      leftOut.push({ method: method.id, image, reason: error.message });
      refusals.add({ method, error, image }, methods.length + 1);
    },
    onImageLeftOut(place, error) {
      leftOut.push({ image: nameOf(place), reason: error.message });
      refusals.add({ image: nameOf(place), error }, part.length + 1);
    },
  });
  const images = explanations.map(({ image }) => part[image] ?? 0);
  const kept = explanations.flatMap(({ image }) => pictures[image] ?? []);
  if (kept.length === 0) return { part: k, images: [], right: [], figures: [], unmeasured: [], leftOut };
  const batch = concatRows(kept);
  const targets = explanations.map(({ prediction }) => prediction.chosen);
  const subject = evaluationSubject(classifier, batch, targets, {
    masks: work.masks && images.map((index) => work.masks?.get(index)),
    seed,
  });
  const all = contenderMaps(
    explanations,
    batch,
    classifier.input,
    images.map((index) => seed + index),
  );
  const notMeasured = all.flatMap((one): UnmeasuredMap[] =>
    'refused' in one ? [{ contender: one.contender, reason: one.refused }] : [],
  );
  const figures: Figure[] = [];
  const measurable = all.flatMap((one) => ('map' in one ? [one] : []));
  for (const [step, metric] of metrics.entries()) {
    if (signal?.aborted) break;
    tell(methods.length + step, metric.title);
    const outcomes = await metric.of(
      measurable.map(({ map }) => map),
      subject,
    );
    for (const [i, { contender, image }] of measurable.entries()) {
      const outcome = outcomes[i];
      if (outcome === undefined) continue;
      if ('refused' in outcome) notMeasured.push({ contender, metric: metric.id, reason: outcome.refused });
      else figures.push({ metric: metric.id, contender, image: images[image] ?? 0, ...outcome.result });
    }
  }
  const right = targets.map((target, i) => target === test.labels[images[i] ?? 0]);
  return { part: k, images, right, figures, unmeasured: notMeasured, leftOut };
}

function evidenceOf(methods: readonly Method[], refusals: Refusals): readonly Method[] {
  if (methods.length === 0) throw new MetricSettingsError('There are no methods to evaluate: give one or more.');
  for (const method of methods.filter((one) => !isEvidence(one))) {
    const error = new MetricSettingsError('It is about decisions, not evidence for a class: no metric applies to it.');
    refusals.add({ method, error }, methods.length);
  }
  return methods.filter(isEvidence);
}

function nothingMeasured(refusals: Refusals, signal: AbortSignal | undefined): Error {
  return signal?.aborted
    ? new InterruptedWorkError('Interrupted: nothing was measured yet, and nothing is written.')
    : refusals.asError();
}
