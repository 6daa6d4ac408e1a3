import { deconvolved } from '../../transforms/modifiedGradient/reluGradients.ts';
import { fromGraph } from '../explanationGraph.ts';
import type { Method, MethodKind } from '../method.ts';
import { changedAtRelus } from './modifiedRelu.ts';
import { mapGraph } from './targetGradient.ts';

const description = {
  id: 'deconvolution',
  title: 'Deconvolution',
  about:
    'What image would excite the units that raise the score: the gradient, but blind to which ReLUs were active. It says little about the decision.',
  unit: 'score units per unit of input, reconstructed',
};

/** The deconvolution network, Zeiler & Fergus 2014: at each Relu, the positive part of what comes from above. */
export function deconvolution(): Method {
  return {
    ...description,
    settings: {},
    ...fromGraph(async (classifier, target) =>
      mapGraph(classifier, description.id, target, {
        toMap: (_builder, gradient) => gradient,
        ...changedAtRelus(classifier, deconvolved),
      }),
    ),
  };
}

export const deconvolutionKind: MethodKind = { ...description, options: {}, create: () => deconvolution() };
