import type { Method, MethodKind } from '../method.ts';
import { type MethodOptions, resolveOptions } from '../options.ts';
import { noiseAverage, noiseOptions } from './noiseAverage.ts';
import { saliency } from './saliency.ts';

const description = {
  id: 'smoothgrad',
  title: 'SmoothGrad',
  about:
    'How strongly the score reacts to each pixel, averaged over noisy versions of the image: what is chance in one map cancels out.',
  unit: 'score units per unit of input',
};

/**
 * Mean of the signed gradients at x + e, e from N(0, sigma^2), Smilkov et al. 2017. The noise is a fraction of the pixel
 * range and goes through the input's scale and std. Mean squares and variances: `noiseAverage`.
 * @throws MethodOptionError
 */
export function smoothGrad(settings: MethodOptions<typeof noiseOptions> = {}): Method {
  const resolved = resolveOptions(description.id, noiseOptions, settings);
  return { ...noiseAverage(saliency(), resolved), ...description, settings: resolved };
}

export const smoothGradKind: MethodKind = { ...description, options: noiseOptions, create: smoothGrad };
