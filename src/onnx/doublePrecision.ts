import { elementTypeCode } from './elementType.ts';
import type { Model } from './graph.ts';
import { GraphBuilder } from './graphBuilder.ts';
import { is } from './operators.ts';
import { isTensorOf, tensor } from './tensor.ts';

/**
 * The model in double precision: its inputs stay float32, its outputs are float64.
 * @returns undefined where it has operators, convolutions among them, that ONNX Runtime computes in float32 only; from opset
 * 22 on activations are.
 */
export function inDoublePrecision(model: Model): Model | undefined {
  const { graph } = model;
  if (model.opset > 21 || graph.nodes.some((node) => !is(node, 'double precision'))) return undefined;
  const builder = new GraphBuilder({ ...graph, nodes: [], initializers: new Map() }, 'double');
  const renamed = new Map(
    graph.inputs.flatMap(({ name, type }) =>
      type === 'float32' ? [[name, builder.add('Cast', [name], { to: elementTypeCode('float64') })] as const] : [],
    ),
  );
  for (const node of graph.nodes) {
    builder.append({ ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) });
  }
  const initializers = [...graph.initializers].map(
    ([name, t]) => [name, isTensorOf(t, 'float32') ? tensor('float64', t.dims, Float64Array.from(t.data)) : t] as const,
  );
  const outputs = graph.outputs.map(({ name }) => ({ name }));
  const { nodes, inputs } = builder.build();
  const double = { ...graph, inputs, nodes, outputs, initializers: new Map(initializers), valueInfo: [] };
  return { ...model, graph: double };
}
