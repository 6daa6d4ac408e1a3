import { UnknownMethodError } from './attribution/errors.ts';
import { deconvolutionKind } from './attribution/gradient/deconvolution.ts';
import { deepLiftKind } from './attribution/gradient/deepLift.ts';
import { expectedGradientsKind } from './attribution/gradient/expectedGradients.ts';
import { guidedBackpropKind } from './attribution/gradient/guidedBackprop.ts';
import { inputXGradientKind } from './attribution/gradient/inputXGradient.ts';
import { integratedGradientsKind } from './attribution/gradient/integratedGradients.ts';
import { saliencyKind } from './attribution/gradient/saliency.ts';
import { smoothGradKind } from './attribution/gradient/smoothGrad.ts';
import { gradCamKind } from './attribution/layers/gradCam.ts';
import { guidedGradCamKind } from './attribution/layers/guidedGradCam.ts';
import { layerActivationXGradientKind } from './attribution/layers/layerActivationXGradient.ts';
import { layerConductanceKind } from './attribution/layers/layerConductance.ts';
import type { MethodKind } from './attribution/method.ts';
import { featureAblationKind } from './attribution/perturbation/featureAblation.ts';
import { kernelShapKind } from './attribution/perturbation/kernelShap.ts';
import { occlusionKind } from './attribution/perturbation/occlusion.ts';
import { riseKind } from './attribution/perturbation/rise.ts';
import { relevanceKinds } from './attribution/relevance/lrp.ts';
import { nearName } from './nearName.ts';
import { noncontributingKind } from './studies/noncontributing/method.ts';

/** Every attribution method there is, in the order reports show them. */
export const methodKinds: readonly MethodKind[] = [
  saliencyKind,
  inputXGradientKind,
  smoothGradKind,
  integratedGradientsKind,
  expectedGradientsKind,
  occlusionKind,
  featureAblationKind,
  kernelShapKind,
  riseKind,
  guidedBackpropKind,
  deconvolutionKind,
  deepLiftKind,
  gradCamKind,
  guidedGradCamKind,
  layerConductanceKind,
  layerActivationXGradientKind,
  ...relevanceKinds,
  noncontributingKind,
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
