import { floatOf, fromStart, intOf } from '../../onnx/attributes.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, optionalInputOf, outputOf } from '../../onnx/graphView.ts';
import type { Canonizer } from './canonizer.ts';

/**
 * Writes LayerNormalization as arithmetic, (x - mean) / sqrt(mean((x - mean)^2) + eps) scale + bias, so that relevance has
 * its parts: differences, a quotient, a scale and a bias. Where its mean or deviation is an output too, it stays.
 */
export const spellOutLayerNormalization: Canonizer = (graph, facts) => {
  const isPlain = (node: (typeof graph.nodes)[number]) =>
    node.op === 'LayerNormalization' && node.domain === '' && node.outputs.slice(1).every((name) => name === '');
  if (!graph.nodes.some(isPlain)) return graph;
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'layer-normalization');
  const { ops } = builder;
  for (const node of graph.nodes) {
    if (!isPlain(node)) {
      builder.append(node);
      continue;
    }
    const [x, scale, bias] = [inputOf(node, 0), inputOf(node, 1), optionalInputOf(node, 2)];
    const rank = facts.get(x)?.dims.length ?? 0;
    const from = fromStart(intOf(node, 'axis', -1), rank);
    const axes = builder.ints(Array.from({ length: rank - from }, (_, i) => from + i));
    builder.from({ node: node.name, rule: 'layer normalisation as arithmetic' }, () => {
      const mean = (value: string) => builder.add('ReduceMean', [value, axes], { keepdims: 1 });
      const centred = ops.Sub(x, mean(x));
      const variance = ops.Add(mean(ops.Mul(centred, centred)), builder.scalar(floatOf(node, 'epsilon', 1e-5)));
      const scaled = ops.Mul(ops.Div(centred, ops.Sqrt(variance)), scale);
      const result = bias === undefined ? scaled : ops.Add(scaled, bias);
      builder.rename(result, outputOf(node));
    });
  }
  return builder.build();
};
