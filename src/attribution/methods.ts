import { deconvolutionKind } from './deconvolution.ts';
import { deepLiftKind } from './deepLift.ts';
import { UnknownMethodError } from './errors.ts';
import { expectedGradientsKind } from './expectedGradients.ts';
import { gradCamKind } from './gradCam.ts';
import { guidedBackpropKind } from './guidedBackprop.ts';
import { guidedGradCamKind } from './guidedGradCam.ts';
import { inputXGradientKind } from './inputXGradient.ts';
import { integratedGradientsKind } from './integratedGradients.ts';
import { layerActivationXGradientKind } from './layerActivationXGradient.ts';
import { layerConductanceKind } from './layerConductance.ts';
import { relevanceKinds } from './lrp.ts';
import type { MethodKind } from './method.ts';
import { nearName } from './nearName.ts';
import { occlusionKind } from './occlusion.ts';
import { saliencyKind } from './saliency.ts';
import { smoothGradKind } from './smoothGrad.ts';

/** Every attribution method there is, in the order reports show them. */
export const methodKinds: readonly MethodKind[] = [
  saliencyKind,
  inputXGradientKind,
  smoothGradKind,
  integratedGradientsKind,
  expectedGradientsKind,
  occlusionKind,
  guidedBackpropKind,
  deconvolutionKind,
  deepLiftKind,
  gradCamKind,
  guidedGradCamKind,
  layerConductanceKind,
  layerActivationXGradientKind,
  ...relevanceKinds,
];

/** @throws UnknownMethodError naming those there are. */
export function methodKind(id: string): MethodKind {
  const kind = methodKinds.find((candidate) => candidate.id === id);
  if (kind) return kind;
  const ids = methodKinds.map((candidate) => candidate.id);
  const near = nearName(id, ids);
  throw new UnknownMethodError(
    `There is no method "${id}".${near === undefined ? '' : ` Did you mean ${near}?`} There are: ${ids.join(', ')}.`,
  );
}
