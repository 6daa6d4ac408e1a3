import type { Classifier } from '../../model/classifier.ts';
import { nodesOnTheWay } from '../../model/layer.ts';
import { is } from '../../onnx/operators.ts';
import { atRelus, type ReluGradient } from '../../transforms/modifiedGradient/reluGradients.ts';
import { operatorCounts } from '../operatorCounts.ts';
import type { MapPlan } from './targetGradient.ts';

/** A gradient that is changed at every Relu and nowhere else (as in Captum), with a note that says so. */
export function changedAtRelus(classifier: Classifier, gradient: ReluGradient): Omit<MapPlan, 'toMap'> {
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
  return { choose: () => ({ answerFor }), notes: [[changed, ...left].join(' ')] };
}
