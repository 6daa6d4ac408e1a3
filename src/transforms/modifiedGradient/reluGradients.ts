import type { Node } from '../../onnx/graph.ts';
import { type Answer, type Call, type GradientTable, rule } from '../gradient/rule.ts';

/** How the gradient passes a ReLU: as dx = g(dy, dx'), where dx' is the true one. */
export type ReluGradient = (call: Call, trueGradient: () => string) => string;

/** Guided backpropagation, Springenberg et al. 2015: dx = max(dx', 0). Passes where input and gradient are positive. */
export const guided: ReluGradient = ({ add }, trueGradient) => add('Relu', [trueGradient()]);

/** The deconvolution network, Zeiler & Fergus 2014: dx = max(dy, 0). What the ReLU's own input was does not matter. */
export const deconvolved: ReluGradient = ({ add, dy }) => add('Relu', [dy]);

/** Answers that change the gradient at each Relu and leave every other operator its own. */
export function atRelus(table: GradientTable, gradient: ReluGradient): (node: Node) => Answer | undefined {
  const own = table.Relu;
  if (own?.kind !== 'rule') return () => undefined;
  const changed = rule((call) => [() => gradient(call, () => own.rule(call)[0]?.() ?? call.dy)]);
  return (node) => (node.domain === '' && node.op === 'Relu' ? changed : undefined);
}
