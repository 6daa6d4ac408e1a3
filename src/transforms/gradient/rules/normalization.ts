import { floatOf, intOf } from '../../../onnx/attributes.ts';
import type { Call, GradientTable } from '../rule.ts';
import { rule } from '../rule.ts';

/** A [C] vector shaped to multiply an [N, C, s...] value. */
function perChannel({ ops, builder, dims, x }: Call, vector: string): string {
  const spatial = dims(x[0] ?? '').slice(2);
  return ops.Reshape(vector, builder.ints([-1, ...spatial.map(() => 1)]));
}

export const normalizationRules: GradientTable = {
  // Inference: y = (x - mean) / sqrt(var + eps) scale + bias, so dx = dy scale / sqrt(var + eps)
  BatchNormalization: rule((call) => {
    const { dy, x, ops, add, builder, node, dims } = call;
    const [input = '', scale = '', , mean = '', variance = ''] = x;
    const overAllButChannels = builder.ints(dims(input).flatMap((_, axis) => (axis === 1 ? [] : [axis])));
    const deviation = () => ops.Sqrt(ops.Add(variance, builder.scalar(floatOf(node, 'epsilon', 1e-5))));
    const sum = (value: string) => add('ReduceSum', [value, overAllButChannels], { keepdims: 0 });
    const normalized = () => ops.Div(ops.Sub(input, perChannel(call, mean)), perChannel(call, deviation()));
    return [
      () => ops.Mul(dy, perChannel(call, ops.Div(scale, deviation()))),
      () => sum(ops.Mul(dy, normalized())),
      () => sum(dy),
    ];
  }),
  // With xn = (x - mean) / sd over the axes from `axis` on, y = xn scale + bias, g = dy scale:
  // dx = (g - mean(g) - xn mean(g xn)) / sd, dscale = dy xn, dbias = dy
  LayerNormalization: {
    kind: 'rule',
    broadcast: (_input, output) => output,
    rule: ({ dy, x, ops, add, builder, node, dims }) => {
      const [input = '', scale = ''] = x;
      const rank = dims(input).length;
      const first = intOf(node, 'axis', -1);
      const from = first < 0 ? first + rank : first;
      const axes = builder.ints(Array.from({ length: rank - from }, (_, i) => from + i));
      const mean = (value: string) => add('ReduceMean', [value, axes], { keepdims: 1 });
      const normalize = () => {
        const centred = ops.Sub(input, mean(input));
        const variance = mean(ops.Mul(centred, centred));
        const deviation = ops.Sqrt(ops.Add(variance, builder.scalar(floatOf(node, 'epsilon', 1e-5))));
        return { normalized: ops.Div(centred, deviation), deviation };
      };
      return [
        () => {
          const { normalized, deviation } = normalize();
          const g = ops.Mul(dy, scale);
          const shared = ops.Mul(normalized, mean(ops.Mul(g, normalized)));
          return ops.Div(ops.Sub(ops.Sub(g, mean(g)), shared), deviation);
        },
        () => ops.Mul(dy, normalize().normalized),
        () => dy,
      ];
    },
  },
};
