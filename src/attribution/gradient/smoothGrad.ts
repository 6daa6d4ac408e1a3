import { type MethodParts, method } from '../method.ts';
import { noiseOptions, noiseParts } from './noiseAverage.ts';
import { saliency } from './saliency.ts';
import { smoothToTolerance } from './smoothToTolerance.ts';

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
  options: {
    ...noiseOptions,
    tolerance: {
      about:
        "the largest standard error, as a share of the map's size: noisy versions are added until it is met, in place of samples (0: samples)",
      default: 0,
      whole: false,
      min: 0,
      max: 1,
    },
  },
  create: ({ tolerance, samples, noise, seed }): MethodParts =>
    tolerance > 0
      ? {
          settings: { tolerance, noise, seed },
          compile: (classifier) => smoothToTolerance(classifier, { tolerance, noise, seed }),
        }
      : {
          settings: { samples, noise, seed },
          ...noiseParts(saliency(), { samples, noise, seed, statistic: 'mean' }),
        },
});
