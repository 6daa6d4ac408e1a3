import { float, floatOf, intOf } from '../attributes.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';

/** LayerNorm(x + skip + bias); the fourth output is the sum. */
const skipLayerNormalization: Rewriting = (foreign) => {
  const { node, add } = foreign;
  const [gamma, beta] = [foreign.operand(2), foreign.optional(3)];
  const sum = skipped(foreign, foreign.optional(4));
  const parameters = beta === undefined ? [gamma] : [gamma, beta];
  const epsilon = float(floatOf(node, 'epsilon', 1e-12));
  return [add('LayerNormalization', [sum, ...parameters], { axis: -1, epsilon }), '', '', sum];
};

function skipped({ operand, ops }: Foreign, bias: string | undefined): string {
  const sum = ops.Add(operand(0), operand(1));
  return bias === undefined ? sum : ops.Add(sum, bias);
}

/** x / sqrt(mean(x^2) + epsilon) scale, the mean over the axes from `axis` on. */
function rootMeanSquare(foreign: Foreign, x: string, scale: string, axis: number, epsilon: number): string | undefined {
  const { add, ops, builder, dims } = foreign;
  const rank = axis < 0 ? undefined : dims(x)?.length;
  if (axis >= 0 && rank === undefined) return undefined;
  const first = rank === undefined ? axis : axis - rank;
  const axes = builder.ints(Array.from({ length: -first }, (_, i) => first + i));
  const mean = add('ReduceMean', [ops.Mul(x, x), axes], { keepdims: 1 });
  return ops.Mul(ops.Div(x, ops.Sqrt(ops.Add(mean, builder.scalar(epsilon)))), scale);
}

const simplified: Rewriting = (foreign) => {
  const { node } = foreign;
  const [input, scale] = [foreign.operand(0), foreign.operand(1)];
  const y = rootMeanSquare(foreign, input, scale, intOf(node, 'axis', -1), floatOf(node, 'epsilon', 1e-5));
  return y === undefined ? undefined : [y];
};

const skipSimplified: Rewriting = (foreign) => {
  const { node } = foreign;
  const sum = skipped(foreign, foreign.optional(3));
  const y = rootMeanSquare(foreign, sum, foreign.operand(2), -1, floatOf(node, 'epsilon', 1e-5));
  return y === undefined ? undefined : [y, '', '', sum];
};

/** Normalisations that ONNX Runtime's optimiser writes. SimplifiedLayerNormalization it puts in ONNX's own domain. */
export const normalizationRewritings: Rewritings = {
  'com.microsoft::SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft::SkipSimplifiedLayerNormalization': skipSimplified,
  'com.microsoft::SimplifiedLayerNormalization': simplified,
  SimplifiedLayerNormalization: simplified,
};
