import { method } from '../method.ts';

/** Signed gradient of the score with respect to the input. Simonyan, Vedaldi & Zisserman 2014 (who took its magnitude). */
export const saliency = method({
  id: 'saliency',
  title: 'Sensitivity map',
  about: 'How strongly the score reacts when a pixel changes a little: the gradient of the score, with its sign.',
  unit: 'score units per unit of input',
  create: () => ({ map: (_builder, gradient) => gradient }),
});
