import type { Explanation } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import { unexplainable } from '../attribution/unexplainable.ts';
import { checkMaps } from '../faithfulness/checkMaps.ts';
import type { CheckedExplanation } from '../faithfulness/checks.ts';
import { isKonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { concatRows } from '../onnx/tensor.ts';
import { stoppable, type WorkOptions } from '../progress.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { ImageHiding } from '../report/explanation/hiddenView.ts';
import { firedRuleViews } from '../studies/booleanRules/page/firedView.ts';
import { type DecidingParts, decidingParts } from '../studies/filterPaths/page/decidingView.ts';
import { isPhoto } from './defaultMethods.ts';
import { emptyImage, predictEmpty } from './emptyImage.ts';
import type { ExplainedImages, ExplainImagesOptions } from './explained.ts';
import { hidingsOf, patchesOf } from './hiding.ts';
import { imageHash } from './imageHash.ts';
import type { Refusals } from './leftOut.ts';
import { mapsWithContrast } from './mapsWithContrast.ts';
import { assumedSettings, preprocessingTrials } from './preprocessingTrial.ts';
import type { ImageSubject, Subject } from './subjects.ts';

/** An image, and what the whole model decided of it. */
export type AskedImage = NamedImage & Pick<ImageSubject, 'decided'>;
/** What was found out about images of one subject. */
export type Part = Omit<ExplainedImages, 'task' | 'leftOut'>;

type Hidings = readonly (ImageHiding | undefined)[];

/** What is asked of images of one subject: the methods that its classifier takes. */
interface AlikeOptions extends Omit<ExplainImagesOptions, 'methods' | 'onMaps' | 'baseline'> {
  readonly baseline: number;
  readonly methods: readonly Method[];
  readonly onMaps: (part: Part) => Promise<void>;
}

/** Explains images of one subject. */
export async function explainAlike(
  { classifier, target, explained }: Subject,
  asked: readonly AskedImage[],
  given: AlikeOptions,
  refusals: Refusals,
): Promise<Part | undefined> {
  const options = { ...given, target };
  const { methods: askedMethods, unit, checks = true, rules, signal, baseline } = options;
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
  const empty = unit ? undefined : await predictEmpty(classifier, baseline);
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
      const blank = empty && emptyImage(classifier, baseline, empty, explanation.target);
      const more = { preprocessing: trials[i], patches: patches[i], hash, empty: blank, fired: fired?.[i] };
      return [{ image, classifier, about, explanation, deciding: deciding?.views[i], hidden: hidden?.[i], ...more }];
    }),
    methods,
    assumed: assumedSettings(classifier.input, classifier.inputSources),
    notes: isLookedAt ? [...(deciding?.notes ?? []), ...withoutDeciding(isClass, hasRegions, isStudied)] : [],
    unasked: isLookedAt && isClass && hasRegions && !isStudied ? ['regions-and-filters'] : [],
    missing: [
      ...(signal?.aborted ? left.map(({ title }) => title) : []),
      ...(isChecked ? [] : ['the checks of the maps']),
      ...(isLookedAt && isChecked && !hidden ? ['what would change the decision'] : []),
      ...(isStudied && !deciding ? ['regions and filters'] : []),
    ],
  });
  const whole = { progress: stoppable(options), baseline };
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
        hidingsOf(classifier, images, { explanations, patches, blank: baseline, progress: whole.progress }),
      )
    : undefined;
  const decided = images.map((named, i) => ({ ...named, chosen: explanations[i]?.prediction.chosen ?? 0 }));
  const deciding = isStudied
    ? await unlessInterrupted(signal, () => decidingParts(classifier, decided, whole.progress, { pixel: baseline }))
    : undefined;
  return partOf(explanations, { isChecked: checked !== undefined, deciding, hidden });
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
