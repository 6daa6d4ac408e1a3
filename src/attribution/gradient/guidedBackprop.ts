import type { Classifier } from '../../model/classifier.ts';
import { nodesOnTheWay } from '../../model/layer.ts';
import { operatorCounts } from '../../onnx/nodesInWords.ts';
import { is } from '../../onnx/operators.ts';
import { atRelus, guided, type ReluGradient } from '../../transforms/modifiedGradient/reluGradients.ts';
import { method } from '../method.ts';
import { type MapPlan, mapGraph } from './targetGradient.ts';

/** Guided backpropagation, Springenberg et al. 2015: at each Relu, only positive gradients pass. Signed, as in Captum. */
export const guidedBackprop = method({
  id: 'guided-backprop',
  title: 'Guided backpropagation',
  about:
    'A sharpened gradient that leaves out at each ReLU whatever would lower the score. It says as much about the image as about the decision.',
  unit: 'score units per unit of input, sharpened',
  create: () => ({
    graph: async (classifier, target) =>
      mapGraph(classifier, 'guided-backprop', target, changedAtRelus(classifier, guided)),
  }),
});

/** A gradient that is changed at every Relu and nowhere else (as in Captum), with a note that says so. */
export function changedAtRelus(classifier: Classifier, gradient: ReluGradient): MapPlan {
  const nodes = nodesOnTheWay(classifier);
  const relus = nodes.filter(({ op }) => op === 'Relu');
  // They let some of the gradient through, as a ReLU does, and are left as they are.
  const others = nodes.filter((node) => is(node, 'activation') && node.op !== 'Relu');
  const changed =
    relus.length > 0
      ? `The gradient is changed at ${operatorCounts(relus)}.`
      : 'The model has no Relu, so this is the plain gradient.';
  const left = others.length > 0 ? [`Left as they are: ${operatorCounts(others)}.`] : [];
  const answerFor = atRelus(classifier.gradientTable, gradient);
  return {
    toMap: (_builder, changedGradient) => changedGradient,
    choose: () => ({ answerFor }),
    notes: [[changed, ...left].join(' ')],
  };
}
