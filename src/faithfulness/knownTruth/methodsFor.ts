import { givenImages } from '../../attribution/gradient/backgroundData.ts';
import { deconvolution } from '../../attribution/gradient/deconvolution.ts';
import { deepLift } from '../../attribution/gradient/deepLift.ts';
import { expectedGradients } from '../../attribution/gradient/expectedGradients.ts';
import { guidedBackprop } from '../../attribution/gradient/guidedBackprop.ts';
import { inputXGradient } from '../../attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../../attribution/gradient/integratedGradients.ts';
import { saliency } from '../../attribution/gradient/saliency.ts';
import { smoothGrad } from '../../attribution/gradient/smoothGrad.ts';
import { gradCam } from '../../attribution/layers/gradCam.ts';
import { guidedGradCam } from '../../attribution/layers/guidedGradCam.ts';
import type { Method } from '../../attribution/method.ts';
import { kernelShap } from '../../attribution/perturbation/kernelShap.ts';
import { occlusion } from '../../attribution/perturbation/occlusion.ts';
import { rise } from '../../attribution/perturbation/rise.ts';
import { relevanceMethod } from '../../attribution/relevance/lrp.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import { epsilonAlpha2Beta1, epsilonPlus } from '../../transforms/relevance/composites.ts';

/** The methods for images of `side` x `side` pixels, whose background data are given as model input, [b, ...]. */
export type MethodsFor = (data: { readonly side: number; readonly background: Tensor<'float32'> }) => readonly Method[];

/** KernelSHAP tells no more than so many segments a side apart from the sets it looks at. */
const mostCells = 8;

/** So many background images are enough, and few enough to be constants of a graph. */
const mostBackground = 100;

/** konkyo's methods, with pixels as segments where images are small enough; what is hidden becomes 0. */
export const standardMethods: MethodsFor = ({ side, background }) => {
  const cells = Math.min(side, mostCells);
  return [
    saliency(),
    inputXGradient(),
    smoothGrad(),
    integratedGradients(),
    expectedGradients({ baselines: givenImages(someOf(background), 'training images') }),
    deepLift(),
    guidedBackprop(),
    deconvolution(),
    relevance('lrp-epsilon-plus', 'Relevance, epsilon-plus', () => epsilonPlus()),
    relevance('lrp-epsilon-alpha2-beta1', 'Relevance, epsilon-alpha2-beta1', () => epsilonAlpha2Beta1()),
    occlusion(),
    kernelShap({ grid: cells }),
    rise({ cells }),
    gradCam(),
    guidedGradCam(),
  ];
};

function relevance(id: string, title: string, composite: Parameters<typeof relevanceMethod>[1]): Method {
  return relevanceMethod(
    { id, title, about: 'The score handed back layer by layer to what produced it.', unit: 'score units' },
    composite,
  );
}

function someOf(images: Tensor<'float32'>): Tensor<'float32'> {
  return rows(images, 0, Math.min(mostBackground, images.dims[0] ?? 0));
}
