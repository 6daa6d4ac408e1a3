import type { Method } from '../attribution/method.ts';
import type { CheckedExplanation } from '../faithfulness/checks.ts';
import type { Prediction } from '../model/decision.ts';
import type { Superpixels } from '../pictures/superpixels.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { ImageHiding } from '../report/explanation/hiddenView.ts';
import type { FiredRuleView } from '../studies/booleanRules/page/firedView.ts';
import type { DecidingParts } from '../studies/filterPaths/page/decidingView.ts';
import { emptyImage } from './emptyImage.ts';
import type { ExplainedImages, ExplainImagesOptions } from './explained.ts';
import type { ImageHash } from './imageHash.ts';
import type { Refusals } from './leftOut.ts';
import { assumedSettings, type PreprocessingTrial } from './preprocessingTrial.ts';
import type { ImageSubject, Subject } from './subjects.ts';

/* What was found out about images of one subject, put together as far as it goes. */

/** An image, and what the whole model decided of it. */
export type AskedImage = NamedImage & Pick<ImageSubject, 'decided'>;
/** What was found out about images of one subject. */
export type Part = Omit<ExplainedImages, 'task' | 'leftOut'>;

export type Hidings = readonly (ImageHiding | undefined)[];

/** What is known of images before there is a map of them, in their order. */
export interface Known {
  readonly trials: readonly (PreprocessingTrial | undefined)[];
  readonly patches: readonly (Superpixels | undefined)[];
  readonly hashes: readonly ImageHash[];
  /** Of an empty image; undefined for a unit, and where the model gives no number. */
  readonly empty: Prediction | undefined;
  readonly fired: readonly FiredRuleView[] | undefined;
}

/** What is found out beside the maps. */
export interface Looks {
  /** Whether maps are checked, and what becomes of the decision without parts of the image. */
  readonly isLookedAt: boolean;
  readonly isClass: boolean;
  readonly hasRegions: boolean;
  readonly isStudied: boolean;
}

/** How far the work came. */
export interface Progressed {
  readonly isChecked: boolean;
  readonly deciding?: DecidingParts;
  readonly hidden?: Hidings;
}

interface Material extends Pick<Subject, 'classifier' | 'explained'> {
  readonly images: readonly AskedImage[];
  readonly known: Known;
  readonly looks: Looks;
  readonly options: Pick<ExplainImagesOptions, 'unit' | 'signal'> & {
    readonly methods: readonly Method[];
    readonly baseline: number;
  };
  readonly refusals: Refusals;
}

/** What was found out so far. */
export function explainedPart(
  { classifier, explained, images, known, looks, options, refusals }: Material,
  explanations: readonly CheckedExplanation[],
  { isChecked, deciding, hidden }: Progressed,
): Part {
  const { isLookedAt, isClass, hasRegions, isStudied } = looks;
  const { unit, signal, baseline } = options;
  const methods = options.methods.filter(({ id }) =>
    explanations.some(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  const left = options.methods.filter(
    (method) => !methods.includes(method) && !refusals.all.some((one) => one.method === method),
  );
  return {
    classifier,
    explained: unit?.classifier ?? classifier,
    images: explanations.flatMap((explanation, i) => {
      const one = images[i];
      const hash = known.hashes[i];
      if (!one || !hash) return [];
      const { decided, ...image } = one;
      const about = decided || explained ? { decided, explained } : undefined;
      const empty = known.empty && emptyImage(classifier, baseline, known.empty, explanation.target);
      const ofImage = {
        preprocessing: known.trials[i],
        patches: known.patches[i],
        hash,
        empty,
        fired: known.fired?.[i],
      };
      return [{ image, classifier, about, explanation, deciding: deciding?.views[i], hidden: hidden?.[i], ...ofImage }];
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
  };
}

const withoutClasses =
  'Which regions and filters decided is left out: a value decides between no classes. Occlusion and RISE show what of the image it rests on.';
/** Why regions and filters are not looked at. */
function withoutDeciding(isClass: boolean, isPicture: boolean, isStudied: boolean): readonly string[] {
  if (!isPicture) return ['Regions and filters are looked at in pictures alone.'];
  if (!isClass) return [withoutClasses];
  return isStudied ? [] : ['Which regions and filters decided was not looked for: --studies does, and --method all.'];
}
