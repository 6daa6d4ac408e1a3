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
import { firedRuleViews } from '../studies/booleanRules/page/firedView.ts';
import { decidingParts } from '../studies/filterPaths/page/decidingView.ts';
import { isPhoto } from './defaultMethods.ts';
import { predictEmpty } from './emptyImage.ts';
import type { ExplainedStep, ExplainImagesOptions } from './explained.ts';
import { type AskedImage, explainedPart, type Known, type Looks, type Part, type Progressed } from './explainedPart.ts';
import { hidingsOf, patchesOf } from './hiding.ts';
import { imageHash } from './imageHash.ts';
import type { Refusals } from './leftOut.ts';
import { mapsWithContrast } from './mapsWithContrast.ts';
import { preprocessingTrials } from './preprocessingTrial.ts';
import type { Subject } from './subjects.ts';

/** What is asked of images of one subject: the methods that its classifier takes. */
interface AlikeOptions extends Omit<ExplainImagesOptions, 'methods' | 'onFound' | 'baseline'> {
  readonly baseline: number;
  readonly methods: readonly Method[];
  readonly onFound: (part: Part, step: ExplainedStep) => Promise<void>;
}

/** Explains images of one subject. */
export async function explainAlike(
  { classifier, target, explained }: Subject,
  asked: readonly AskedImage[],
  given: AlikeOptions,
  refusals: Refusals,
): Promise<Part | undefined> {
  const options = { ...given, target };
  const { signal, baseline, unit } = options;
  const images = await explainableImages(classifier, asked, refusals);
  if (images.length === 0) return undefined;
  const known = await whatIsKnown(classifier, images, explained, options);
  const looks = looksAt(classifier, options);
  const partOf = (explanations: readonly CheckedExplanation[], progressed: Progressed) =>
    explainedPart({ classifier, explained, images, known, looks, options, refusals }, explanations, progressed);
  const tell = async (explanations: readonly CheckedExplanation[], step: ExplainedStep) => {
    if (!signal?.aborted) await options.onFound(partOf(explanations, { isChecked: step === 'checks' }), step);
  };
  const found = await mapsWithContrast(
    classifier,
    images,
    { ...options, onFound: (maps) => tell(maps.map(unchecked(notYet)), 'method') },
    refusals,
  );
  if (found.every(({ maps }) => maps.length === 0)) return undefined;
  const whole = { progress: stoppable(options), baseline };
  if (looks.isLookedAt) await tell(found.map(unchecked(notYet)), 'maps');
  const inputs = images.map(({ image }) => image);
  const checked = looks.isLookedAt
    ? await unlessInterrupted(signal, () => checkMaps(classifier, inputs, found, whole))
    : found.map(unchecked(unit ? withoutDecision : 'Checks were not asked for (--no-checks).'));
  const explanations = checked ?? found.map(unchecked('The run was interrupted before.'));
  sayWarnings(images, explanations, options.message);
  if (checked) await tell(checked, 'checks');
  const hidden = looks.isLookedAt
    ? await unlessInterrupted(signal, () =>
        hidingsOf(classifier, images, {
          ...{ explanations, patches: known.patches, blank: baseline, progress: whole.progress },
        }),
      )
    : undefined;
  const decided = images.map((named, i) => ({ ...named, chosen: explanations[i]?.prediction.chosen ?? 0 }));
  const deciding = looks.isStudied
    ? await unlessInterrupted(signal, () => decidingParts(classifier, decided, whole.progress, { pixel: baseline }))
    : undefined;
  return partOf(explanations, { isChecked: checked !== undefined, deciding, hidden });
}

async function whatIsKnown(
  classifier: Classifier,
  images: readonly AskedImage[],
  explained: string | undefined,
  { rules, unit, baseline }: AlikeOptions,
): Promise<Known> {
  const inputs = images.map(({ image }) => image);
  return {
    fired: await (rules && firedRuleViews(classifier, rules, inputs)),
    trials: await preprocessingTrials(classifier, explained === undefined ? images : []),
    patches: images.map((image) => patchesOf(classifier, image)),
    hashes: await Promise.all(images.map(imageHash)),
    empty: unit ? undefined : await predictEmpty(classifier, baseline),
  };
}

function looksAt({ input, scores }: Classifier, { checks = true, unit, studies }: AlikeOptions): Looks {
  const isLookedAt = checks && !unit;
  const hasRegions = input.numbers === undefined;
  const isClass = scores.tolerance === undefined;
  return {
    ...{ isLookedAt, hasRegions, isClass },
    isStudied: isLookedAt && isClass && hasRegions && (studies ?? !isPhoto(input)),
  };
}

const notYet = 'The maps had not been checked when this page was written.';
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
