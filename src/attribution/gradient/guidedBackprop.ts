import { guided } from '../../transforms/modifiedGradient/reluGradients.ts';
import { fromGraph } from '../explanationGraph.ts';
import type { Method, MethodKind } from '../method.ts';
import { changedAtRelus } from './modifiedRelu.ts';
import { mapGraph } from './targetGradient.ts';

const description = {
  id: 'guided-backprop',
  title: 'Guided backpropagation',
  about:
    'A sharpened gradient that leaves out at each ReLU whatever would lower the score. It says as much about the image as about the decision.',
  unit: 'score units per unit of input, sharpened',
};

/** Guided backpropagation, Springenberg et al. 2015: at each Relu, only positive gradients pass. Signed, as in Captum. */
export function guidedBackprop(): Method {
  return {
    ...description,
    settings: {},
    ...fromGraph(async (classifier, target) =>
      mapGraph(classifier, description.id, target, {
        toMap: (_builder, gradient) => gradient,
        ...changedAtRelus(classifier, guided),
      }),
    ),
  };
}

export const guidedBackpropKind: MethodKind = { ...description, options: {}, create: () => guidedBackprop() };
