import type { MethodKind } from '../method.ts';
import { type GradientMethod, gradientMethod } from './targetGradient.ts';

const description = {
  id: 'saliency',
  title: 'Sensitivity map',
  about: 'How strongly the score reacts when a pixel changes a little: the gradient of the score, with its sign.',
  unit: 'score units per unit of input',
};

/** Signed gradient of the score with respect to the input. Simonyan, Vedaldi & Zisserman 2014 (who took its magnitude). */
export function saliency(): GradientMethod {
  return gradientMethod(description, (_builder, gradient) => gradient);
}

export const saliencyKind: MethodKind = { ...description, options: {}, create: () => saliency() };
