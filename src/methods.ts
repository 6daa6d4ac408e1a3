import { deconvolutionKind } from './attribution/deconvolution.ts';
import { deepLiftKind } from './attribution/deepLift.ts';
import { UnknownMethodError } from './attribution/errors.ts';
import { expectedGradientsKind } from './attribution/expectedGradients.ts';
import { featureAblationKind } from './attribution/featureAblation.ts';
import { gradCamKind } from './attribution/gradCam.ts';
import { guidedBackpropKind } from './attribution/guidedBackprop.ts';
import { guidedGradCamKind } from './attribution/guidedGradCam.ts';
import { inputXGradientKind } from './attribution/inputXGradient.ts';
import { integratedGradientsKind } from './attribution/integratedGradients.ts';
import { kernelShapKind } from './attribution/kernelShap.ts';
import { layerActivationXGradientKind } from './attribution/layerActivationXGradient.ts';
import { layerConductanceKind } from './attribution/layerConductance.ts';
import { relevanceKinds } from './attribution/lrp.ts';
import type { MethodKind } from './attribution/method.ts';
import { nearName } from './attribution/nearName.ts';
import { occlusionKind } from './attribution/occlusion.ts';
import { riseKind } from './attribution/rise.ts';
import { saliencyKind } from './attribution/saliency.ts';
import { smoothGradKind } from './attribution/smoothGrad.ts';
import { noncontributingKind } from './noncontributing/method.ts';

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
