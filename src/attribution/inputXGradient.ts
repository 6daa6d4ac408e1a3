import type { MethodKind } from './method.ts';
import { type GradientMethod, gradientMethod } from './targetGradient.ts';

const description = {
  id: 'input-x-gradient',
  title: 'Input x gradient',
  about:
    'What each pixel adds to the score if the network is taken as linear around this image: its value times its gradient.',
  unit: 'score units',
};

/** Gradient times input (model input, after normalisation). Shrikumar et al. 2016. */
export function inputXGradient(): GradientMethod {
  return gradientMethod(description, ({ ops }, gradient, input) => ops.Mul(gradient, input));
}

export const inputXGradientKind: MethodKind = { ...description, options: {}, create: () => inputXGradient() };
