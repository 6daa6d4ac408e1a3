import { deepLift } from '../attribution/gradient/deepLift.ts';
import { integratedGradients } from '../attribution/gradient/integratedGradients.ts';
import { chosenLayer } from '../attribution/layers/defaultLayer.ts';
import { gradCam } from '../attribution/layers/gradCam.ts';
import { layerConductance } from '../attribution/layers/layerConductance.ts';
import { isEvidence, type Method, type MethodKind } from '../attribution/method.ts';
import { featureAblation } from '../attribution/perturbation/featureAblation.ts';
import { occlusion } from '../attribution/perturbation/occlusion.ts';
import type { Classifier } from '../model/classifier.ts';
import { LayerError } from '../model/errors.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import { isLarge } from '../model/multiplications.ts';

/** With more pixels single ones cannot be seen: maps have to be coarse. */
const mostPixelsSeen = 64 * 64;

/** A picture of which one sees parts and not pixels. */
export function isPhoto({ height, width, numbers }: InputDescription): boolean {
  return numbers === undefined && height * width > mostPixelsSeen;
}

/** A method of the handful, with what it is given where nothing else is asked for. */
export interface UsualMethod {
  readonly kind: MethodKind;
  readonly settings?: Readonly<Record<string, number>>;
}

/**
 * Which methods explain a model where none are named: three or four, by what it takes and has, and by what the checks say of
 * them (docs/methods.md has the figures). None is relevance propagation, which is subject to patents: nobody uses that unasked.
 */
export function usualMethods(classifier: Classifier): readonly UsualMethod[] {
  if (!isPhoto(classifier.input)) return [{ kind: deepLift }, { kind: integratedGradients }, { kind: occlusion }];
  const regions = [{ kind: featureAblation }, { kind: deepLift }];
  if (!hasPositions(classifier)) return [...regions, { kind: integratedGradients }];
  // With 50 steps its sums miss the score difference by more than a hundredth.
  const conductance = { kind: layerConductance, settings: { steps: 100 } };
  return [{ kind: gradCam }, ...(isLarge(classifier) ? [] : [conductance]), ...regions];
}

/**
 * The methods that `konkyo explain` uses where none are named, for this model: three or four, chosen by what the model takes and has.
 * Of a photo coarse maps and one of pixels; of digits, signals and tables maps of single values.
 */
export function defaultMethods(classifier: Classifier): readonly Method[] {
  return usualMethods(classifier).map(({ kind, settings = {} }) => kind.create(settings));
}

/** Methods, or how they follow from the model. */
export type MethodChoice = readonly Method[] | ((classifier: Classifier) => readonly Method[]);

export function methodsFor(choice: MethodChoice = defaultMethods, classifier: Classifier): readonly Method[] {
  return typeof choice === 'function' ? choice(classifier) : choice;
}

/** So many at most, where they are not known before the model is: what is large is estimated by it. */
export function mostMethods(choice: MethodChoice = defaultMethods): number {
  return typeof choice === 'function' ? 4 : choice.length;
}

/**
 * Of some methods the one that says why the first class and not the second: of a photo one to be seen on it, else one of single
 * values, whose map of a difference sums to the difference. Both take one gradient.
 */
export function contrastMethod({ input }: Classifier, methods: readonly Method[]): Method | undefined {
  const evidence = methods.filter(isEvidence);
  const liked = isPhoto(input) ? [gradCam.id, deepLift.id] : [deepLift.id];
  const ranked = [...liked, integratedGradients.id].flatMap((id) => evidence.find((method) => method.id === id) ?? []);
  return ranked[0] ?? evidence[0];
}

/** Whether there is a layer that Grad-CAM can look at. */
function hasPositions(classifier: Classifier): boolean {
  try {
    return chosenLayer(classifier, undefined).positions !== undefined;
  } catch (error) {
    if (error instanceof LayerError) return false;
    throw error;
  }
}
