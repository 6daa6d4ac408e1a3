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
import type { Superpixels } from '../pictures/superpixels.ts';
import { InterruptedWorkError, stoppable, type WorkOptions } from '../progress.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { ImageHiding } from '../report/explanation/hiddenView.ts';
import { type FiredRuleView, firedRuleViews, type RuleText } from '../studies/booleanRules/page/firedView.ts';
import { type DecidingParts, type DecidingView, decidingParts } from '../studies/filterPaths/page/decidingView.ts';
import { isPhoto, type MethodChoice, methodsFor } from './defaultMethods.ts';
import { hidingOf, patchesOf } from './hiding.ts';
import { type ImageHash, imageHash } from './imageHash.ts';
import { type LeftOut, type Refusals, refusalsOf } from './leftOut.ts';
import { mapsWithContrast } from './mapsWithContrast.ts';
import {
  type AssumedSetting,
  assumedSettings,
  type PreprocessingTrial,
  tryPreprocessing,
} from './preprocessingTrial.ts';
import { asSubjects, type Explainable, type ImageSubject, type Subject, type Subjects } from './subjects.ts';

/** With which methods images are explained, for which target, and what else is found out. */
export interface ExplainImagesOptions extends WorkOptions {
  /** Default: a handful, see defaultMethods. */
  readonly methods?: MethodChoice;
  /** The target for an image, given what the model predicts; by default the predicted class, and why it and not the second. */
  readonly target?: (prediction: Prediction) => Target;
  /** A unit of a layer to explain in place of a class. The caller releases it. */
  readonly unit?: UnitTarget;
  /** Whether the maps are checked (see checkMaps); not of units. Default true. */
  readonly checks?: boolean;
  /**
   * Whether regions that the decision needs and filters that carried it are looked for, where maps are checked. Default: of small
   * images; of a photo it takes longer than all the rest.
   */
  readonly studies?: boolean;
  /** Told what is found out so far, unchecked, once the maps are made: a page of it is worth having should nothing follow. */
  readonly onMaps?: (found: ExplainedImages) => Promise<void>;
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
  /** What other usual ways from pixels to model input decide, where nobody said which it is and the image came as pixels. */
  readonly preprocessing?: PreprocessingTrial;
  /** Regions that the decision needs, and filters that carried it, where they were looked for. */
  readonly deciding?: DecidingView;
  /** Patches of a photograph, and what becomes of the decision without what its best map puts first. */
  readonly patches?: Superpixels;
  readonly hidden?: ImageHiding;
  readonly hash: ImageHash;
  readonly fired?: FiredRuleView;
}

/** What takes long, and is looked for where it is asked for: `studies`. */
export type Unasked = 'regions-and-filters';

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
  /** What is left out by default and can be asked for. */
  readonly unasked: readonly Unasked[];
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
  options: ExplainImagesOptions,
): Promise<ExplainedImages> {
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
  const placeOf = ({ image: { name, image } }: FoundImage) =>
    asked.findIndex((one) => one.name === name && one.image === image);
  const wholeOf = (parts: readonly Part[]): ExplainedImages | undefined => {
    const [first] = parts;
    if (!first) return undefined;
    const only = <T>(lists: readonly (readonly T[])[]) => [...new Set(lists.flat())];
    const methods = new Map(parts.flatMap((part) => part.methods.map((method) => [method.id, method] as const)));
    return {
      ...first,
      task: subjects.task,
      images: parts.flatMap((part) => part.images).toSorted((a, b) => placeOf(a) - placeOf(b)),
      methods: [...methods.values()],
      leftOut: refusals.summary(),
      notes: [...refusals.notes(), ...only(parts.map(({ notes }) => notes))],
      unasked: only(parts.map(({ unasked }) => unasked)),
      missing: only(parts.map(({ missing }) => missing)),
    };
  };
  const parts: Part[] = [];
  for (const [subject, images] of groups) {
    // What was refused as a whole would be refused again.
    const methods = methodsFor(options.methods, subject.classifier).filter(
      (method) => groups.size === 1 || !refusals.has(method),
    );
    const onMaps = async (part: Part) => {
      const found = wholeOf([...parts, part]);
      if (found) await options.onMaps?.(found);
    };
    const part = await explainAlike(subject, images, { ...options, methods, onMaps }, refusals);
    if (part) parts.push(part);
    await subjects.done?.(subject);
  }
  return wholeOf(parts);
}

type AskedImage = NamedImage & Pick<ImageSubject, 'decided'>;
type Part = Omit<ExplainedImages, 'task' | 'leftOut'>;

type Hidings = readonly (ImageHiding | undefined)[];

interface AlikeOptions extends Omit<ExplainImagesOptions, 'methods' | 'onMaps'> {
  readonly methods: readonly Method[];
  readonly onMaps: (part: Part) => Promise<void>;
}

/** Explains images of one subject. */
async function explainAlike(
  { classifier, target, explained }: Subject,
  asked: readonly AskedImage[],
  given: AlikeOptions,
  refusals: Refusals,
): Promise<Part | undefined> {
  const options = { ...given, target };
  const { methods: askedMethods, unit, checks = true, rules, signal } = options;
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
  const hasRegions = classifier.input.numbers === undefined;
  const isClass = classifier.scores.tolerance === undefined;
  const isStudied = isLookedAt && isClass && hasRegions && (options.studies ?? !isPhoto(classifier.input));
  const methods = askedMethods.filter(({ id }) =>
    found.some(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  const left = askedMethods.filter(
    (method) => !methods.includes(method) && !refusals.all.some((one) => one.method === method),
  );
  const patches = images.map((image) => patchesOf(classifier, image));
  const hashes = await Promise.all(images.map(imageHash));
  const partOf = (
    explanations: readonly CheckedExplanation[],
    { isChecked, deciding, hidden }: { isChecked: boolean; deciding?: DecidingParts; hidden?: Hidings },
  ): Part => ({
    classifier,
    explained: unit?.classifier ?? classifier,
    images: explanations.flatMap((explanation, i) => {
      const one = images[i];
      const hash = hashes[i];
      if (!one || !hash) return [];
      const { decided, ...image } = one;
      const about = decided || explained ? { decided, explained } : undefined;
      const more = { preprocessing: trials[i], patches: patches[i], hash, fired: fired?.[i] };
      return [{ image, classifier, about, explanation, deciding: deciding?.views[i], hidden: hidden?.[i], ...more }];
    }),
    methods,
    assumed: assumedSettings(classifier.input, classifier.inputSources),
    notes: isLookedAt ? [...(deciding?.notes ?? []), ...withoutDeciding(isClass, hasRegions, isStudied)] : [],
    unasked: isLookedAt && isClass && hasRegions && !isStudied ? ['regions-and-filters'] : [],
    missing: [
      ...(signal?.aborted ? left.map(({ title }) => title) : []),
      ...(isChecked ? [] : ['the checks of the maps']),
      ...(isStudied && !deciding ? ['regions and filters'] : []),
    ],
  });
  const whole = { progress: stoppable(options) };
  if (isLookedAt && !signal?.aborted) await options.onMaps(partOf(found.map(unchecked(notYet)), { isChecked: false }));
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
  const hidden = isLookedAt
    ? await unlessInterrupted(signal, () =>
        Promise.all(
          explanations.map((explanation, i) => {
            const image = images[i];
            return image && hidingOf(classifier, image, explanation, patches[i], 0);
          }),
        ),
      )
    : undefined;
  const decided = images.map((named, i) => ({ ...named, chosen: explanations[i]?.prediction.chosen ?? 0 }));
  const deciding = isStudied
    ? await unlessInterrupted(signal, () => decidingParts(classifier, decided, whole.progress))
    : undefined;
  return partOf(explanations, { isChecked: checked !== undefined, deciding, hidden });
}

async function preprocessingTrials(
  classifier: Classifier,
  images: readonly AskedImage[],
): Promise<readonly (PreprocessingTrial | undefined)[]> {
  const trials: (PreprocessingTrial | undefined)[] = [];
  for (const { image, isOfPixels } of images) trials.push(isOfPixels && (await tryPreprocessing(classifier, image)));
  return trials;
}

const notYet = 'The maps had not been checked when this page was written.';
const withoutClasses =
  'Which regions and filters decided is left out: a value decides between no classes. Occlusion and RISE show what of the image it rests on.';
/** Why regions and filters are not looked at. */
function withoutDeciding(isClass: boolean, isPicture: boolean, isStudied: boolean): readonly string[] {
  if (!isPicture) return ['Regions and filters are looked at in pictures alone.'];
  if (!isClass) return [withoutClasses];
  return isStudied ? [] : ['Which regions and filters decided was not looked for: --studies does, and --method all.'];
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
