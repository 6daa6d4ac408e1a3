import { join } from 'node:path';
import { type Explanation, explain } from '../attribution/explain.ts';
import { isEvidence, type Method } from '../attribution/method.ts';
import { unexplainable } from '../attribution/unexplainable.ts';
import type { UnitTarget } from '../attribution/unitScores.ts';
import { type CheckedExplanation, checkMaps } from '../faithfulness/checkMaps.ts';
import { isKonkyoError, type KonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import { type Target, targetFor } from '../model/target.ts';
import { concatRows } from '../onnx/tensor.ts';
import { explainedImage, type NamedImage } from '../report/explanation/explainedView.ts';
import { renderReport } from '../report/explanation/renderReport.ts';
import { reportPictures } from '../report/explanation/reportPictures.ts';
import type { ReportView } from '../report/explanation/view.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import type { FiredRuleView } from '../studies/booleanRules/page/firedView.ts';
import type { DecidingView } from '../studies/filterPaths/page/decidingView.ts';
import { decidingParts } from './decidingParts.ts';
import { removeEarlierPictures } from './earlierReport.ts';
import { type ExplainSummary, mapArchive, summaryOf } from './explainSummary.ts';
import { InterruptedWorkError, interruption, stoppable } from './interruption.ts';
import { leftOutOf, type Refusals, refusalsOf } from './leftOut.ts';
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
    const ofUnits = methods.filter(isEvidence);
    for (const method of methods.filter((one) => !isEvidence(one))) {
      refusals.add({ method, error: new UsageError('It is about decisions, and a unit makes none.') }, methods.length);
    }
    const found = await explain(unit.classifier, batch, ofUnits, { ...options, target: () => unit.target });
    return found.map((explanation, i) => ({ ...explanation, prediction: predictions[i] ?? explanation.prediction }));
  }
  const explanations = await explain(classifier, batch, methods, { ...options, ...(target ? { target } : {}) });
  const admitted = methods.filter(({ id }) =>
    explanations.every(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  const evidence = admitted.filter(isEvidence);
  const contrastMethod = evidence.find(({ id }) => id === 'integrated-gradients') ?? evidence[0];
  if (target || !contrastMethod || classifier.classCount < 2 || interruption.aborted) return explanations;
  const contrasts = await explain(classifier, batch, [contrastMethod], {
    ...options,
    target: (prediction) => targetFor({ for: 'predicted', against: 'second' }, prediction),
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
      command,
    }),
  };
}
