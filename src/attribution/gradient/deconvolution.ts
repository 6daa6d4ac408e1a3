import { deconvolved } from '../../transforms/modifiedGradient/reluGradients.ts';
import { method } from '../method.ts';
import { changedAtRelus } from './guidedBackprop.ts';
import { mapGraph } from './targetGradient.ts';

/** The deconvolution network, Zeiler & Fergus 2014: at each Relu, the positive part of what comes from above. */
export const deconvolution = method({
  id: 'deconvolution',
  title: 'Deconvolution',
  about:
    'What image would excite the units that raise the score: the gradient, but blind to which ReLUs were active. It says little about the decision.',
  unit: 'score units per unit of input, reconstructed',
  create: () => ({
    graph: async (classifier, target) =>
      mapGraph(classifier, 'deconvolution', target, changedAtRelus(classifier, deconvolved)),
  }),
});
