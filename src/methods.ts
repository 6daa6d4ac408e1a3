import { UnknownMethodError } from './attribution/errors.ts';
import { deconvolution } from './attribution/gradient/deconvolution.ts';
import { deepLift } from './attribution/gradient/deepLift.ts';
import { expectedGradients } from './attribution/gradient/expectedGradients.ts';
import { guidedBackprop } from './attribution/gradient/guidedBackprop.ts';
import { inputXGradient } from './attribution/gradient/inputXGradient.ts';
import { integratedGradients } from './attribution/gradient/integratedGradients.ts';
import { saliency } from './attribution/gradient/saliency.ts';
import { smoothGrad } from './attribution/gradient/smoothGrad.ts';
import { gradCam } from './attribution/layers/gradCam.ts';
import { guidedGradCam } from './attribution/layers/guidedGradCam.ts';
import { layerActivationXGradient } from './attribution/layers/layerActivationXGradient.ts';
import { layerConductance } from './attribution/layers/layerConductance.ts';
import type { MethodKind } from './attribution/method.ts';
import { dRise } from './attribution/perturbation/dRise.ts';
import { featureAblation } from './attribution/perturbation/featureAblation.ts';
import { kernelShap } from './attribution/perturbation/kernelShap.ts';
import { occlusion } from './attribution/perturbation/occlusion.ts';
import { rise } from './attribution/perturbation/rise.ts';
import { relevanceMethods } from './attribution/relevance/lrp.ts';
import { nearName } from './konkyoError.ts';
import { noncontributing } from './studies/noncontributing/method.ts';

/** Every attribution method for any target, in the order reports show them. A new one is one more entry. */
export const methodKinds: readonly MethodKind[] = [
  saliency,
  inputXGradient,
  smoothGrad,
  integratedGradients,
  expectedGradients,
  occlusion,
  featureAblation,
  kernelShap,
  rise,
  guidedBackprop,
  deconvolution,
  deepLift,
  gradCam,
  guidedGradCam,
  layerConductance,
  layerActivationXGradient,
  ...relevanceMethods,
  noncontributing,
];

/** Methods for a detector's boxes only: they compare boxes, and other models have none. */
export const boxMethodKinds: readonly MethodKind[] = [dRise];

/**
 * The method of an id, those for boxes among them.
 * @throws UnknownMethodError naming those there are.
 */
export function methodKind(id: string): MethodKind {
  const all = [...methodKinds, ...boxMethodKinds];
  const kind = all.find((candidate) => candidate.id === id);
  if (kind) return kind;
  const ids = all.map((candidate) => candidate.id);
  const near = nearName(id, ids);
  throw new UnknownMethodError(
    `There is no method "${id}".${near === undefined ? '' : ` Did you mean ${near}?`} There are: ${ids.join(', ')}.`,
  );
}
