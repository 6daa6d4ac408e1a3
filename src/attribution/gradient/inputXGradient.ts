import { method } from '../method.ts';
import { changeTimes } from './targetGradient.ts';

/**
 * Gradient times input (model input, after normalisation). Shrikumar et al. 2016. That is the change from an input of 0, so a
 * pixel that is 0 has 0, even where the gradient is infinite there (of a root, say).
 */
export const inputXGradient = method({
  id: 'input-x-gradient',
  title: 'Input x gradient',
  about:
    'What each pixel adds to the score if the network is taken as linear around this image: its value times its gradient.',
  unit: 'score units',
  create: () => ({ map: changeTimes }),
});
