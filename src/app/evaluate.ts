import { explain } from '../attribution/explain.ts';
import { isEvidence, type Method } from '../attribution/method.ts';
import { pictureAt } from '../datasets/fitImages.ts';
import type { LabelledImages } from '../datasets/labelledImages.ts';
import {
  type Contender,
  type ContenderMap,
  contenderMaps,
  contendersOf,
} from '../faithfulness/evaluation/contenders.ts';
import { type Figure, type FigureTable, figureTable } from '../faithfulness/evaluation/figures.ts';
import type { EvaluatedMap, EvaluationMetric } from '../faithfulness/evaluation/metric.ts';
import { defaultMetrics } from '../faithfulness/evaluation/metrics.ts';
import { evaluationSubject } from '../faithfulness/evaluation/subject.ts';
import { fewestImages, type Judgement, judge } from '../faithfulness/evaluation/verdict.ts';
import { MaskError, MetricSettingsError } from '../faithfulness/metrics/errors.ts';
import type { Mask } from '../faithfulness/metrics/localisation.ts';
import type { Classifier } from '../model/classifier.ts';
import { toFittedInput } from '../model/pixels.ts';
import { concatRows } from '../onnx/tensor.ts';
import { InterruptedWorkError, type WorkOptions } from '../progress.ts';
import { random } from '../random/random.ts';
import { type Refusals, refusalsOf } from './leftOut.ts';

/** Which methods are measured by what, on how many images. */
export interface EvaluateOptions extends WorkOptions {
  readonly methods: readonly Method[];
  readonly metrics?: readonly EvaluationMetric[];
  /** Drawn from the test images, each at most once. Default 200. */
  readonly images?: number;
  /** Where the truth is in the test image of a number; images without are left out where masks are given. */
  readonly masks?: ReadonlyMap<number, Mask>;
  /** Of the drawn images, the random choices of metrics, and the bootstrap. Default 0. */
  readonly seed?: number;
}

export const evaluateDefaults = { images: 200, seed: 0 };

/** Methods x metrics over images, and what follows. */
export interface Evaluation extends Judgement {
  readonly classifier: Classifier;
  readonly dataset: string;
  readonly seed: number;
  /** The images' places in the test set. */
  readonly images: readonly number[];
  /** Of how many of them the model decides for the label. */
  readonly accuracy: number;
  readonly methods: readonly Method[];
  readonly metrics: readonly EvaluationMetric[];
  /** The methods, then the baselines. */
  readonly contenders: readonly Contender[];
  readonly table: FigureTable;
  /** What has to be known to read it, in sentences: what was left out, and why. */
  readonly notes: readonly string[];
  /** What a signal kept from being done; empty where none came. */
  readonly missing: readonly string[];
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
): Promise<Evaluation> {
  const {
    metrics = defaultMetrics,
    images: asked = evaluateDefaults.images,
    masks,
    seed = 0,
    progress,
    signal,
  } = options;
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
    figures: [],
    unsaid: new Map(),
  };
  const right: boolean[] = [];
  const done: number[] = [];
  for (const [k, part] of portions.entries()) {
    if (signal?.aborted) break;
    const start = k * (methods.length + metrics.length);
    const found = await evaluatePart(work, part, (step, what) =>
      progress?.(start + step, stages, `${what}, images ${k * portion + 1} to ${k * portion + part.length}`),
    );
    right.push(...found.right);
    done.push(...found.images);
  }
  progress?.(stages, stages, 'done');
  const usable = methods.filter((method) => work.figures.some(({ contender }) => contender === method.id));
  if (usable.length === 0) throw nothingMeasured(refusals, signal);
  const contenders = contendersOf(usable);
  const table = figureTable(work.figures, metrics, contenders, seed);
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
    notes: [...notes, ...refusals.notes(), ...unsaidNotes(work.unsaid, contenders, metrics)],
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
  readonly masks?: ReadonlyMap<number, Mask>;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly refusals: Refusals;
  /** Grows with each metric. */
  readonly figures: Figure[];
  /** Why something could not be measured, and of how many maps. */
  readonly unsaid: Map<string, Unsaid>;
}

interface Unsaid {
  readonly contender: string;
  /** Absent where the map itself cannot be measured. */
  readonly metric?: string;
  readonly reason: string;
  count: number;
}

/** The maps of some images, and every metric on them. */
async function evaluatePart(
  work: Work,
  part: readonly number[],
  tell: (step: number, what: string) => void,
): Promise<{ readonly images: readonly number[]; readonly right: readonly boolean[] }> {
  const { classifier, test, methods, metrics, seed, signal, refusals } = work;
  const pictures = part.map((index) => toFittedInput(pictureAt(test, index), classifier.input));
  const usable = methods.filter((method) => !refusals.has(method));
  const nameOf = (image: number) => `${test.name}:${part[image]}`;
  const explanations = await explain(classifier, concatRows(pictures), usable, {
    signal,
    progress: (done, total, what) => done < total && tell(done, what),
    onRefused: (method, error, image) =>
      refusals.add({ method, error, image: image === undefined ? undefined : nameOf(image) }, methods.length + 1),
    onImageLeftOut: (image, error) => refusals.add({ image: nameOf(image), error }, part.length + 1),
  });
  const images = explanations.map(({ image }) => part[image] ?? 0);
  const kept = explanations.flatMap(({ image }) => pictures[image] ?? []);
  if (kept.length === 0) return { images: [], right: [] };
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
  for (const one of all) if ('refused' in one) sayUnsaid(work, { contender: one.contender, reason: one.refused });
  const measurable = all.flatMap((one) => ('map' in one ? [one] : []));
  for (const [step, metric] of metrics.entries()) {
    if (signal?.aborted) break;
    tell(methods.length + step, metric.title);
    await measure(work, metric, measurable, images, (maps) => metric.of(maps, subject));
  }
  return { images, right: targets.map((target, i) => target === test.labels[images[i] ?? 0]) };
}

async function measure(
  work: Work,
  metric: EvaluationMetric,
  maps: readonly Extract<ContenderMap, { readonly map: EvaluatedMap }>[],
  images: readonly number[],
  of: (maps: readonly EvaluatedMap[]) => ReturnType<EvaluationMetric['of']>,
): Promise<void> {
  const outcomes = await of(maps.map(({ map }) => map));
  for (const [i, { contender, image }] of maps.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined) continue;
    if ('refused' in outcome) sayUnsaid(work, { contender, metric: metric.id, reason: outcome.refused });
    else work.figures.push({ metric: metric.id, contender, image: images[image] ?? 0, ...outcome.result });
  }
}

function sayUnsaid({ unsaid }: Work, one: Omit<Unsaid, 'count'>): void {
  const key = `${one.contender} ${one.metric} ${one.reason}`;
  const found = unsaid.get(key) ?? { ...one, count: 0 };
  found.count += 1;
  unsaid.set(key, found);
}

function unsaidNotes(
  unsaid: Work['unsaid'],
  contenders: readonly Contender[],
  metrics: readonly EvaluationMetric[],
): string[] {
  return [...unsaid.values()].map(({ contender, metric, reason, count }) => {
    const who = contenders.find(({ id }) => id === contender)?.title ?? contender;
    const what = metrics.find(({ id }) => id === metric)?.title;
    return `${who}${what === undefined ? '' : `, ${what}`}: ${count} ${count === 1 ? 'map is' : 'maps are'} not measured. ${reason}`;
  });
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

/** @throws MaskError */
function checkMasks(
  { input }: Classifier,
  metrics: readonly EvaluationMetric[],
  masks: ReadonlyMap<number, Mask> | undefined,
): void {
  const needing = metrics.find(({ needsMasks }) => needsMasks);
  if (needing && !masks) {
    throw new MaskError(`${needing.title} compares maps with masks, and none are given: give masks, or leave it out.`);
  }
  for (const [index, { height, width }] of masks ?? []) {
    if (height === input.height && width === input.width) continue;
    throw new MaskError(
      `The mask of image ${index} is of ${height} x ${width} pixels, but the model takes ${input.height} x ${input.width}: bring the masks to that size.`,
    );
  }
}

/** Which images, in the order of the data set. @throws MetricSettingsError where there are none */
function drawn(
  test: LabelledImages,
  asked: number,
  masks: ReadonlyMap<number, Mask> | undefined,
  seed: number,
): readonly number[] {
  const all = Array.from({ length: test.count }, (_, index) => index);
  const deck = masks ? all.filter((index) => masks.get(index)?.values && hasInside(masks.get(index))) : all;
  if (deck.length === 0 || !(asked >= 1)) {
    throw new MetricSettingsError(
      `There are no images to evaluate on: ${test.name} has ${test.count} test images${masks ? `, and none of them has a mask with something inside` : ''}, and ${asked} were asked for.`,
    );
  }
  const source = random(seed);
  const count = Math.min(asked, deck.length);
  for (let i = 0; i < count; i++) {
    const other = i + source.index(deck.length - i);
    const [own, moved] = [deck[i] ?? 0, deck[other] ?? 0];
    deck[i] = moved;
    deck[other] = own;
  }
  return deck.slice(0, count).sort((a, b) => a - b);
}

function hasInside(mask: Mask | undefined): boolean {
  return mask !== undefined && Array.prototype.some.call(mask.values, (value) => value !== 0);
}

function notesOfChoice(
  test: LabelledImages,
  { length }: readonly number[],
  asked: number,
  masks: ReadonlyMap<number, Mask> | undefined,
): string[] {
  const fewer =
    length < asked
      ? [
          `${test.name} has ${length} test images${masks ? ' with a mask' : ''}, fewer than the ${asked} asked for: all are taken.`,
        ]
      : [];
  const few =
    length < fewestImages
      ? [`With ${length} of at least ${fewestImages} images nothing is judged; the figures are given.`]
      : [];
  return [...fewer, ...few];
}
