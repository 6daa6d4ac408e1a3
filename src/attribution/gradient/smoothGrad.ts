import { method } from '../method.ts';
import { noiseOptions, noiseParts } from './noiseAverage.ts';
import { saliency } from './saliency.ts';

/**
 * Mean of the signed gradients at x + e, e from N(0, sigma^2), Smilkov et al. 2017. The noise is a fraction of the pixel
 * range and goes through the input's scale and std. Mean squares and variances: `noiseAverage`.
 */
export const smoothGrad = method({
  id: 'smoothgrad',
  title: 'SmoothGrad',
  about:
    'How strongly the score reacts to each pixel, averaged over noisy versions of the image: what is chance in one map cancels out.',
  unit: 'score units per unit of input',
  options: noiseOptions,
  create: (options) => noiseParts(saliency(), { ...options, statistic: 'mean' }),
});
