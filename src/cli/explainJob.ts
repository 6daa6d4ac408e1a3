import { join } from 'node:path';
import { type Explanation, explain, runnerUp } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import { unexplainable } from '../attribution/unexplainable.ts';
import type { UnitTarget } from '../attribution/unitScores.ts';
import { type Classifier, className, givesProbabilities, type Prediction } from '../classifier/classifier.ts';
import type { InputDescription, SettingSources } from '../classifier/inputDescription.ts';
import type { Target } from '../classifier/target.ts';
import { writeNpz } from '../datasets/npz.ts';
import { type CheckedExplanation, checkMaps } from '../evaluation/checkMaps.ts';
import { isKonkyoError, type KonkyoError } from '../konkyoError.ts';
import { concatRows, float32 } from '../onnx/tensor.ts';
import { explainedImage, type NamedImage, targetWords } from '../report/explainedView.ts';
import type { DecidingView } from '../report/filters/decidingView.ts';
import { provenanceOf } from '../report/provenanceView.ts';
import { renderReport } from '../report/renderReport.ts';
import { reportPictures } from '../report/reportPictures.ts';
import type { FiredRuleView } from '../report/rules/firedView.ts';
import type { ReportView } from '../report/view.ts';
import { decidingParts } from './decidingParts.ts';
import { removeEarlierPictures } from './earlierReport.ts';
import { InterruptedWorkError, interruption, stoppable } from './interruption.ts';
import { type LeftOut, leftOutOf, type Refusals, refusalsOf } from './leftOut.ts';
import { writeWhole } from './output.ts';
import type { Progress } from './progress.ts';
import { UsageError } from './usageError.ts';
import { version } from './version.ts';

export interface ExplainJob {
  readonly classifier: Classifier;
  /** What the model is called in the report. */
  readonly modelName: string;
  readonly images: readonly NamedImage[];
  readonly methods: readonly Method[];
  readonly target?: (prediction: Prediction) => Target;
  /** A unit of a layer to explain in place of a class. */
  readonly unit?: UnitTarget;
  /** Whether the maps are put to a first test of truth (see checkMaps), and regions and filters looked at; not of units. */
  readonly checks?: boolean;
  /** Folder for index.html. */
  readonly out: string;
  /** Also a PNG for each map, in OUT/pictures. */
  readonly pictures?: boolean;
  /** Also the maps as arrays. */
  readonly save?: string;
  /** Which rule fired, an entry for each image. */
  readonly fired?: (images: readonly NamedImage[]) => Promise<readonly FiredRuleView[]>;
  readonly title: string;
  readonly command?: string;
  readonly progress: Progress;
}

/** What `--json` prints. */
export interface ExplainSummary {
  readonly report: string;
  /** What was assumed of the model or its input. */
  readonly cautions: readonly string[];
  /** What was done to the model so that it could be explained. */
  readonly notes: readonly string[];
  /** What was asked for and could not be done, and why; the rest is given. Absent where nothing was left out. */
  readonly leftOut?: readonly LeftOut[];
  /** How pixels became model input, and where each setting came from. */
  readonly input: Omit<InputDescription, 'classes'> & { readonly from: SettingSources };
  /** What a signal kept from being done. Absent where none came. */
  readonly interrupted?: readonly string[];
  readonly images: readonly {
    readonly name: string;
    readonly predicted: string;
    /** Absent where the model is not known to give probabilities. */
    readonly probability?: number;
    readonly score: number;
    /** All classes with exactly the predicted one's score, where there are several: nothing decides between them. */
    readonly tie?: readonly string[];
    /** What is explained is a probability of exactly 1, where gradients are 0. */
    readonly saturated?: true;
    /** Of how many of all classes the probability is above a half, where each has one of its own. */
    readonly labelsAboveHalf?: number;
    readonly target: string;
    readonly methods: readonly {
      readonly id: string;
      readonly target: string;
      readonly score: number;
      readonly sum: number;
      readonly completenessGap?: number;
      readonly deletionArea?: number;
      readonly insertionArea?: number;
      readonly randomWeightsCorrelation?: number;
      /** What has to be known to read the map. */
      readonly notes?: readonly string[];
      /** Of the notes, what is amiss with this map: numbers that are none, 0 everywhere. */
      readonly warnings?: readonly string[];
      /** Why the map was not put to a test of truth; absent where it was. */
      readonly unchecked?: string;
      /** Of non-contributing pixels: share of fresh noise images under which the class stayed. */
      readonly kept?: number;
    }[];
  }[];
}

/**
 * Explains images and writes what was asked for, on one page. Everything is computed before the first file is written. What
 * cannot be done is left out, with a message; a signal ends it after the method under way, and what is done is written.
 * @throws NothingExplainedError, or the reason of the only method or image, if nothing is left.
 */
export async function runExplainJob(job: ExplainJob): Promise<ExplainSummary> {
  const { unit, progress } = job;
  try {
    const refusals = refusalsOf(progress);
    const part = await explainPart(job, refusals);
    if (!part) throw nothingDone(refusals);
    const { view, methods, explanations, missing } = part;
    if (job.save) await writeWhole(job.save, mapArchive(methods, explanations));
    const pictures = job.pictures ? reportPictures(view) : [];
    for (const { name, png } of pictures) await writeWhole(join(job.out, 'pictures', name), png);
    const report = await writeWhole(join(job.out, 'index.html'), renderReport(view));
    await removeEarlierPictures(
      job.out,
      pictures.map(({ name }) => join('pictures', name)),
    );
    return {
      ...summaryOf(part.job, explanations, report),
      ...(refusals.all.length > 0 ? { leftOut: refusals.all.map(leftOutOf) } : {}),
      ...(missing.length > 0 ? { interrupted: missing } : {}),
    };
  } finally {
    await unit?.classifier.release();
  }
}

export function nothingDone(refusals: Refusals): KonkyoError {
  return interruption.aborted
    ? new InterruptedWorkError('Interrupted: nothing was explained yet, and nothing is written.')
    : refusals.asError();
}

/** What was found out about some images. */
export interface ExplainedPart {
  /** With the images that could be explained alone. */
  readonly job: ExplainJob;
  readonly explanations: readonly CheckedExplanation[];
  /** Those that gave maps. */
  readonly methods: readonly Method[];
  readonly view: ReportView;
  /** What a signal kept from being done; empty where none came. */
  readonly missing: readonly string[];
}

/** Explains images, and writes nothing. @returns nothing where none of them could be explained. */
export async function explainPart(whole: ExplainJob, refusals: Refusals): Promise<ExplainedPart | undefined> {
  const { unit } = whole;
  const images = await explainableImages(whole, refusals);
  if (images.length === 0) return undefined;
  const job = { ...whole, images };
  const fired = await job.fired?.(images);
  const found = await explainWithContrast(job, refusals);
  if (found.every(({ maps }) => maps.length === 0)) return undefined;
  const stopping = { ...job, progress: stoppable(job.progress) };
  const isLookedAt = job.checks === true && !unit;
  const checked = isLookedAt
    ? await unlessInterrupted(() => checkedExplanations(stopping, found))
    : await checkedExplanations(job, found);
  const explanations = checked ?? found.map(uncheckedExplanation('The run was interrupted before.'));
  sayWarnings(job, explanations);
  const deciding = isLookedAt
    ? await unlessInterrupted(() => decidingParts(job.classifier, images, explanations, stopping.progress))
    : undefined;
  const methods = job.methods.filter(({ id }) =>
    explanations.some(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  const left = job.methods.filter(
    (method) => !methods.includes(method) && !refusals.all.some((one) => one.method === method),
  );
  const missing = [
    ...(interruption.aborted ? left.map(({ title }) => title) : []),
    ...(checked ? [] : ['the checks of the maps']),
    ...(isLookedAt && !deciding ? ['regions and filters'] : []),
  ];
  const view = viewOf({ ...job, methods }, explanations, {
    notes: [...refusals.notes(), ...(deciding?.notes ?? [])],
    deciding: deciding?.views ?? [],
    fired: fired ?? [],
    missing,
  });
  return { job, explanations, methods, view, missing };
}

/** Nothing where a signal came before or meanwhile. */
async function unlessInterrupted<T>(run: () => Promise<T>): Promise<T | undefined> {
  if (interruption.aborted) return undefined;
  try {
    return await run();
  } catch (error) {
    if (isKonkyoError(error, 'interrupted')) return undefined;
    throw error;
  }
}

function uncheckedExplanation(unchecked: string) {
  return (one: Explanation): CheckedExplanation => ({ ...one, maps: one.maps.map((map) => ({ ...map, unchecked })) });
}

/** For the page and the command line. */
export function interruptedWords(missing: readonly string[]): string {
  return `This run was interrupted. Missing: ${missing.join(', ')}.`;
}

/** What is amiss with a map is said at once; the same of many images, once. */
function sayWarnings({ images, progress }: ExplainJob, explanations: readonly Explanation[]): void {
  const found = new Map<string, string[]>();
  for (const [i, { maps }] of explanations.entries()) {
    for (const { method, warnings = [] } of maps) {
      for (const warning of warnings) {
        const said = `${method.title}: ${warning}`;
        found.set(said, [...(found.get(said) ?? []), images[i]?.name ?? '']);
      }
    }
  }
  for (const [said, names] of found) progress.message(`${[...new Set(names)].join(', ')}: ${said}`);
}

/** The images that can be explained; the others are left out. */
async function explainableImages(
  { classifier, images }: ExplainJob,
  refusals: Refusals,
): Promise<readonly NamedImage[]> {
  const bad = await unexplainable(classifier, concatRows(images.map(({ image }) => image)));
  for (const { image, reason } of bad) refusals.add({ image: images[image]?.name ?? '', error: reason }, images.length);
  return images.filter((_, i) => !bad.some(({ image }) => image === i));
}

/** The maps asked for; where the target is the predicted class, also one map of why it and not the runner-up. */
async function explainWithContrast(job: ExplainJob, refusals: Refusals): Promise<readonly Explanation[]> {
  const { classifier, images, methods, target, unit, progress } = job;
  const batch = concatRows(images.map(({ image }) => image));
  const options = {
    onRefused(method: Method, error: KonkyoError, image?: number) {
      const name = image === undefined ? {} : { image: images[image]?.name ?? '' };
      refusals.add({ method, error, ...name }, image === undefined ? methods.length : images.length);
    },
    progress: (done: number, total: number, what: string) => progress.update(done, total, what),
    signal: interruption,
  };
  if (unit) {
    const predictions = await classifier.predict(batch);
    const ofUnits = methods.filter(({ shows }) => shows !== 'freedom');
    for (const method of methods.filter(({ shows }) => shows === 'freedom')) {
      refusals.add({ method, error: new UsageError('It is about decisions, and a unit makes none.') }, methods.length);
    }
    const found = await explain(unit.classifier, batch, ofUnits, { ...options, target: () => unit.target });
    return found.map((explanation, i) => ({ ...explanation, prediction: predictions[i] ?? explanation.prediction }));
  }
  const explanations = await explain(classifier, batch, methods, { ...options, ...(target ? { target } : {}) });
  const admitted = methods.filter(({ id }) =>
    explanations.every(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  const evidence = admitted.filter(({ shows }) => shows === undefined);
  const contrastMethod = evidence.find(({ id }) => id === 'integrated-gradients') ?? evidence[0];
  if (target || !contrastMethod || classifier.classCount < 2 || interruption.aborted) return explanations;
  const contrasts = await explain(classifier, batch, [contrastMethod], {
    ...options,
    target: (prediction) => ({ for: prediction.chosen, against: runnerUp(prediction) }),
  });
  return explanations.map((explanation, i) => ({
    ...explanation,
    maps: [...explanation.maps, ...(contrasts[i]?.maps ?? [])],
  }));
}

async function checkedExplanations(
  { classifier, images, checks, unit, progress }: ExplainJob,
  explanations: readonly Explanation[],
): Promise<readonly CheckedExplanation[]> {
  const unchecked = unit
    ? 'The checks measure how sure a decision is, and a unit makes none.'
    : 'Checks were not asked for (--no-checks).';
  if (checks !== true || unit) {
    return explanations.map(uncheckedExplanation(unchecked));
  }
  return checkMaps(
    classifier,
    images.map(({ image }) => image),
    explanations,
    { progress: (done, total, what) => progress.update(done, total, what) },
  );
}

interface Found {
  readonly notes: readonly string[];
  /** An entry for each image, or none. */
  readonly deciding: readonly DecidingView[];
  readonly fired: readonly FiredRuleView[];
  /** What a signal kept from being done. */
  readonly missing: readonly string[];
}

function viewOf(job: ExplainJob, explanations: readonly CheckedExplanation[], found: Found): ReportView {
  const { classifier, images, methods, modelName, title, command, unit } = job;
  const of = unit?.classifier ?? classifier;
  return {
    title,
    ...(classifier.cautions.length > 0 ? { cautions: classifier.cautions } : {}),
    ...(found.missing.length > 0 ? { notice: interruptedWords(found.missing) } : {}),
    explained: explanations.flatMap((explanation, i) => {
      const named = images[i];
      const decided = found.deciding[i];
      const fired = found.fired[i];
      return named
        ? [
            {
              ...explainedImage(classifier, named, explanation, i, of),
              ...(decided ? { deciding: decided } : {}),
              ...(fired ? { fired } : {}),
            },
          ]
        : [];
    }),
    provenance: provenanceOf(of, {
      file: modelName,
      methods,
      version,
      notes: found.notes,
      ...(command ? { command } : {}),
    }),
  };
}

/**
 * One array a method, [n, ...] in the input's own shape or the layer's, named by the method's id. An image that the method
 * failed for has no numbers (NaN) in its row.
 */
export function mapArchive(methods: readonly Method[], explanations: readonly Explanation[]): Uint8Array {
  const arrays = methods.map(({ id }) => {
    // The first map of a method is the one for the target; a contrast with the runner-up comes after it.
    const maps = explanations.map(({ maps }) => maps.find(({ method }) => method.id === id)?.values);
    const one = maps.find((values) => values !== undefined) ?? float32([1], [Number.NaN]);
    const none = float32(
      one.dims,
      one.data.map(() => Number.NaN),
    );
    const { dims, data } = concatRows(maps.map((values) => values ?? none));
    return [id, { type: 'float32' as const, dims, data }] as const;
  });
  return writeNpz(new Map(arrays));
}

/** What a summary says of the model, whatever the images. */
export function ofModel({
  cautions,
  preparation: { notes },
  input,
  inputSources,
}: Classifier): Pick<ExplainSummary, 'cautions' | 'notes' | 'input'> {
  const { classes: _, ...described } = input;
  return { cautions, notes, input: { ...described, from: inputSources } };
}

export function summaryOf(
  { classifier, images, unit }: ExplainJob,
  explanations: readonly CheckedExplanation[],
  report: string,
): ExplainSummary {
  return {
    report,
    ...ofModel(classifier),
    images: explanations.map(({ prediction, target, maps }, i) => ({
      name: images[i]?.name ?? '',
      predicted: className(classifier, prediction.chosen),
      ...(givesProbabilities(classifier)
        ? { probability: prediction.probabilities[prediction.chosen] ?? Number.NaN }
        : {}),
      score: prediction.scores[prediction.chosen] ?? Number.NaN,
      ...(prediction.tie ? { tie: prediction.tie.map((index) => className(classifier, index)) } : {}),
      ...(prediction.saturated ? { saturated: true } : {}),
      ...(classifier.scores.labels && givesProbabilities(classifier)
        ? { labelsAboveHalf: prediction.probabilities.filter((p) => p > 0.5).length }
        : {}),
      target: targetWords(unit?.classifier ?? classifier, target),
      methods: maps.map(
        ({ method, target, score, values, completeness, checks, unchecked, freedom, notes, warnings }) => ({
          id: method.id,
          target: targetWords(unit?.classifier ?? classifier, target),
          score,
          sum: values.data.reduce((sum, value) => sum + value, 0),
          ...(completeness?.gap === undefined ? {} : { completenessGap: completeness.gap }),
          ...(checks ? { deletionArea: checks.curves.deletion.area, insertionArea: checks.curves.insertion.area } : {}),
          ...(checks?.randomWeights === undefined ? {} : { randomWeightsCorrelation: checks.randomWeights }),
          ...(freedom ? { kept: freedom.measured.kept } : {}),
          ...(unchecked === undefined ? {} : { unchecked }),
          ...(notes === undefined ? {} : { notes }),
          ...(warnings === undefined ? {} : { warnings }),
        }),
      ),
    })),
  };
}
