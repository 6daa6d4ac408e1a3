import type { Explanation } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import { unexplainable } from '../attribution/unexplainable.ts';
import type { UnitTarget } from '../attribution/unitScores.ts';
import { checkMaps } from '../faithfulness/checkMaps.ts';
import type { CheckedExplanation } from '../faithfulness/checks.ts';
import { isKonkyoError, type KonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import type { Target } from '../model/target.ts';
import type { Task } from '../model/task/task.ts';
import { concatRows } from '../onnx/tensor.ts';
import { InterruptedWorkError, stoppable, type WorkOptions } from '../progress.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { type FiredRuleView, firedRuleViews, type RuleText } from '../studies/booleanRules/page/firedView.ts';
import { type DecidingView, decidingParts } from '../studies/filterPaths/page/decidingView.ts';
import { usualBaseline, withOneBaseline } from './baseline.ts';
import { type EmptyImage, emptyImage, predictEmpty } from './emptyImage.ts';
import { type LeftOut, type Refusals, refusalsOf } from './leftOut.ts';
import { mapsWithContrast } from './mapsWithContrast.ts';
import {
  type AssumedSetting,
  assumedSettings,
  type PreprocessingTrial,
  preprocessingTrials,
} from './preprocessingTrial.ts';
import { asSubjects, type Explainable, type ImageSubject, type Subject, type Subjects } from './subjects.ts';

/** With which methods images are explained, for which target, and what else is found out. */
export interface ExplainImagesOptions extends WorkOptions {
  readonly methods: readonly Method[];
  /** The target for an image, given what the model predicts; by default the predicted class, and why it and not the second. */
  readonly target?: (prediction: Prediction) => Target;
  /** A unit of a layer to explain in place of a class. The caller releases it. */
  readonly unit?: UnitTarget;
  /** Whether the maps are checked (see checkMaps), and regions and filters looked at; not of units. Default true. */
  readonly checks?: boolean;
  /**
   * What stands in place of what is blanked, by methods whose settings say nothing else, checks and regions: a pixel value, 0 to 255.
   * Default: black for grey images, mid-grey for colour (see `usualBaseline`).
   */
  readonly baseline?: number;
  /** Rules of this model, as `konkyo rules` writes them: which of them fired is said of each image. */
  readonly rules?: RuleText;
}

/** One image, and what was found out about it. */
export interface FoundImage {
  readonly image: NamedImage;
  /** The classifier that decided; it may be released. */
  readonly classifier: Classifier;
  /** What the maps explain, where that is not one of the model's own scores; what the whole model decided, where that is not a class. */
  readonly about?: Pick<Subject, 'explained'> & Pick<ImageSubject, 'decided'>;
  readonly explanation: CheckedExplanation;
  /** What the model makes of an empty image, of which all is gone. Absent for a layer's unit, and where the model gives no number. */
  readonly empty?: EmptyImage;
  /** What other usual ways from pixels to model input decide, where nobody said which it is and the image came as pixels. */
  readonly preprocessing?: PreprocessingTrial;
  /** Regions that the decision needs, and filters that carried it, where they were looked for. */
  readonly deciding?: DecidingView;
  readonly fired?: FiredRuleView;
}

/** What was found out about some images: what a report, its pictures and its summary are made of. */
export interface ExplainedImages {
  readonly task: Task;
  /** The classifier that decided; of several, each image has its own, and this is the first one's. */
  readonly classifier: Classifier;
  /** The classifier whose scores the maps explain, where that is not the one that decided: a layer's units. */
  readonly explained: Classifier;
  /** Those that could be explained. */
  readonly images: readonly FoundImage[];
  /** Those that gave maps. */
  readonly methods: readonly Method[];
  /** What was asked for and could not be done, and why. Undefined where nothing was left out. */
  readonly leftOut: readonly LeftOut[] | undefined;
  /** How pixels become model input as nobody said: these settings are assumed. */
  readonly assumed: readonly AssumedSetting[];
  /** What has to be known beside that, in sentences. */
  readonly notes: readonly string[];
  /** What a signal kept from being done; empty where none came. */
  readonly missing: readonly string[];
}

/**
 * Explains images as `konkyo explain` does: maps by every method, checks of the maps, deciding regions and filters, fired
 * rules. What cannot be done is left out and said; a signal ends it after the method under way, and what is done is given.
 * For a page, pictures and figures of the result see `reportView`, `reportFiles` and `explainSummary`.
 * @throws NothingExplainedError, or the reason of the only method or image, if nothing is left; RuleFileError
 */
export async function explainImages(
  explainable: Explainable,
  images: readonly NamedImage[],
  given: ExplainImagesOptions,
): Promise<ExplainedImages> {
  const options = withOneBaseline(given, explainable.input);
  const refusals = refusalsOf(options.message);
  const found = await explainPart(asSubjects(explainable, options.target), images, options, refusals);
  if (!found) throw nothingDone(refusals, options.signal);
  return found;
}

export function nothingDone(refusals: Refusals, signal: AbortSignal | undefined): KonkyoError {
  return signal?.aborted
    ? new InterruptedWorkError('Interrupted: nothing was explained yet, and nothing is written.')
    : refusals.asError();
}

/** Explains some of the images of a whole. @returns nothing where none of them could be explained. */
export async function explainPart(
  subjects: Subjects,
  given: readonly NamedImage[],
  options: ExplainImagesOptions,
  refusals: Refusals,
): Promise<ExplainedImages | undefined> {
  const groups = new Map<Subject, AskedImage[]>();
  const asked: AskedImage[] = [];
  for (const image of given) {
    try {
      const found = (await subjects.several?.(image)) ?? [{ ...(await subjects.of(image)), name: image.name }];
      for (const { subject, decided, name } of found) {
        const one = { ...image, name, decided };
        asked.push(one);
        groups.set(subject, [...(groups.get(subject) ?? []), one]);
      }
    } catch (error) {
      if (!isKonkyoError(error)) throw error;
      refusals.add({ image: image.name, error }, given.length);
    }
  }
  const parts: Part[] = [];
  for (const [subject, images] of groups) {
    // What was refused as a whole would be refused again.
    const methods = options.methods.filter((method) => groups.size === 1 || !refusals.has(method));
    const part = await explainAlike(subject, images, { ...options, methods }, refusals);
    if (part) parts.push(part);
    await subjects.done?.(subject);
  }
  const [first] = parts;
  if (!first) return undefined;
  const only = <T>(lists: readonly (readonly T[])[]) => [...new Set(lists.flat())];
  const images = parts.flatMap((part) => part.images);
  const placeOf = ({ image: { name, image } }: FoundImage) =>
    asked.findIndex((one) => one.name === name && one.image === image);
  return {
    ...first,
    task: subjects.task,
    images: images.toSorted((a, b) => placeOf(a) - placeOf(b)),
    methods: options.methods.filter((method) => parts.some(({ methods }) => methods.includes(method))),
    leftOut: refusals.summary(),
    notes: [...refusals.notes(), ...only(parts.map(({ notes }) => notes))],
    missing: only(parts.map(({ missing }) => missing)),
  };
}

type AskedImage = NamedImage & Pick<ImageSubject, 'decided'>;
type Part = Omit<ExplainedImages, 'task' | 'leftOut'>;

/** Explains images of one subject. */
async function explainAlike(
  { classifier, target, explained }: Subject,
  asked: readonly AskedImage[],
  given: ExplainImagesOptions,
  refusals: Refusals,
): Promise<Part | undefined> {
  const options = { ...given, target };
  const {
    methods: askedMethods,
    unit,
    checks = true,
    rules,
    signal,
    baseline = usualBaseline(classifier.input),
  } = options;
  const images = await explainableImages(classifier, asked, refusals);
  if (images.length === 0) return undefined;
  const fired = await (rules &&
    firedRuleViews(
      classifier,
      rules,
      images.map(({ image }) => image),
    ));
  const found = await mapsWithContrast(classifier, images, options, refusals);
  if (found.every(({ maps }) => maps.length === 0)) return undefined;
  const trials = await preprocessingTrials(classifier, explained === undefined ? images : []);
  const isLookedAt = checks && !unit;
  const whole = { progress: stoppable(options), baseline };
  const empty = unit ? undefined : await predictEmpty(classifier, baseline);
  const checked = isLookedAt
    ? await unlessInterrupted(signal, () =>
        checkMaps(
          classifier,
          images.map(({ image }) => image),
          found,
          whole,
        ),
      )
    : found.map(unchecked(unit ? withoutDecision : 'Checks were not asked for (--no-checks).'));
  const explanations = checked ?? found.map(unchecked('The run was interrupted before.'));
  sayWarnings(images, explanations, options.message);
  const chosen = (i: number) => explanations[i]?.prediction.chosen ?? 0;
  const hasRegions = classifier.input.numbers === undefined;
  const isClass = classifier.scores.tolerance === undefined;
  const deciding =
    isLookedAt && isClass && hasRegions
      ? await unlessInterrupted(signal, () =>
          decidingParts(
            classifier,
            images.map((named, i) => ({ ...named, chosen: chosen(i) })),
            whole.progress,
            { pixel: baseline },
          ),
        )
      : undefined;
  const methods = askedMethods.filter(({ id }) =>
    explanations.some(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  const left = askedMethods.filter(
    (method) => !methods.includes(method) && !refusals.all.some((one) => one.method === method),
  );
  return {
    classifier,
    explained: unit?.classifier ?? classifier,
    images: explanations.flatMap((explanation, i) => {
      const one = images[i];
      if (!one) return [];
      const { decided, ...image } = one;
      const about = decided || explained ? { decided, explained } : undefined;
      const others = { preprocessing: trials[i], deciding: deciding?.views[i], fired: fired?.[i] };
      const blank = empty && emptyImage(classifier, baseline, empty, explanation.target);
      return [{ image, classifier, about, explanation, empty: blank, ...others }];
    }),
    methods,
    assumed: assumedSettings(classifier.input, classifier.inputSources),
    notes: isLookedAt ? [...(deciding?.notes ?? []), ...withoutDeciding(isClass, hasRegions)] : [],
    missing: [
      ...(signal?.aborted ? left.map(({ title }) => title) : []),
      ...(checked ? [] : ['the checks of the maps']),
      ...(isLookedAt && isClass && hasRegions && !deciding ? ['regions and filters'] : []),
    ],
  };
}

const withoutClasses =
  'Which regions and filters decided is left out: a value decides between no classes. Occlusion and RISE show what of the image it rests on.';
/** Why regions and filters are not looked at. */
function withoutDeciding(isClass: boolean, isPicture: boolean): readonly string[] {
  if (!isPicture) return ['Regions and filters are looked at in pictures alone.'];
  return isClass ? [] : [withoutClasses];
}

const withoutDecision = 'The checks measure how sure a decision is, and a unit makes none.';

/** Nothing where a signal came before or meanwhile. */
async function unlessInterrupted<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T | undefined> {
  if (signal?.aborted) return undefined;
  try {
    return await run();
  } catch (error) {
    if (isKonkyoError(error, 'interrupted')) return undefined;
    throw error;
  }
}

function unchecked(why: string) {
  return (one: Explanation): CheckedExplanation => ({
    ...one,
    maps: one.maps.map((map) => ({ ...map, unchecked: why })),
  });
}

/** What is amiss with a map is said at once; the same of many images, once. */
function sayWarnings(
  images: readonly NamedImage[],
  explanations: readonly Explanation[],
  message: WorkOptions['message'],
): void {
  const found = new Map<string, string[]>();
  for (const [i, { maps }] of explanations.entries()) {
    for (const { method, warnings = [] } of maps) {
      for (const warning of warnings) {
        const said = `${method.title}: ${warning}`;
        found.set(said, [...(found.get(said) ?? []), images[i]?.name ?? '']);
      }
    }
  }
  for (const [said, names] of found) message?.(`${[...new Set(names)].join(', ')}: ${said}`);
}

/** The images that can be explained; the others are left out. */
async function explainableImages(
  classifier: Classifier,
  images: readonly AskedImage[],
  refusals: Refusals,
): Promise<readonly AskedImage[]> {
  const bad = await unexplainable(classifier, concatRows(images.map(({ image }) => image)));
  for (const { image, reason } of bad) refusals.add({ image: images[image]?.name ?? '', error: reason }, images.length);
  return images.filter((_, i) => !bad.some(({ image }) => image === i));
}
