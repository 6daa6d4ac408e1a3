import type { Classifier } from '../classifier/classifier.ts';
import { atRelus, type ReluGradient } from '../transforms/modifiedGradient/reluGradients.ts';
import { nodesOnTheWay } from './layer.ts';
import { operatorCounts } from './operatorCounts.ts';
import type { MapPlan } from './targetGradient.ts';

/** Activations that let some of the gradient through, as a ReLU does, and are left as they are. */
const kin: ReadonlySet<string> = new Set([
  ...['LeakyRelu', 'PRelu', 'ThresholdedRelu', 'Clip', 'Elu', 'Selu', 'Celu', 'Gelu', 'HardSwish', 'Mish', 'Swish'],
  ...['Sigmoid', 'HardSigmoid', 'Tanh', 'Softplus', 'Softsign'],
]);

/** A gradient that is changed at every Relu and nowhere else (as in Captum), with a note that says so. */
export function changedAtRelus(classifier: Classifier, gradient: ReluGradient): Omit<MapPlan, 'toMap'> {
  const nodes = nodesOnTheWay(classifier);
  const relus = nodes.filter(({ op }) => op === 'Relu');
  const others = nodes.filter(({ op }) => kin.has(op));
  const changed =
    relus.length > 0
      ? `The gradient is changed at ${operatorCounts(relus)}.`
      : 'The model has no Relu, so this is the plain gradient.';
  const left = others.length > 0 ? [`Left as they are: ${operatorCounts(others)}.`] : [];
  const answerFor = atRelus(classifier.gradientTable, gradient);
  return { choose: () => ({ answerFor }), notes: [[changed, ...left].join(' ')] };
}
