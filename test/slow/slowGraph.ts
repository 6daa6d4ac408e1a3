import { elementTypeCode } from '../../src/onnx/elementType.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';
import type { Array64, SlowAttributes } from './array64.ts';
import { evaluateSlow, type SlowNode } from './evaluate.ts';

/** A tensor in float64. */
export function toArray64({ type, dims, data }: Tensor): Array64 {
  const values = Float64Array.from(data as ArrayLike<number>, Number);
  const integer = /^u?int/.test(type) ? { integerType: elementTypeCode(type) } : {};
  return { dims, data: values, ...integer };
}

/** A graph's nodes as the slow version takes them. */
export function slowNodes(graph: Graph): SlowNode[] {
  return graph.nodes.map(({ op, inputs, outputs, attributes }) => {
    const values = Object.entries(attributes).map(([name, attribute]) => {
      if (attribute.type === 'tensor') return [name, toArray64(attribute.value)];
      if (attribute.type === 'graph' || attribute.type === 'other')
        throw new Error(`${op}: attribute ${name} is a ${attribute.type}`);
      return [name, attribute.value];
    });
    return { op, inputs, outputs, attributes: Object.fromEntries(values) as SlowAttributes };
  });
}

/** Every value of a graph, computed slowly in float64. */
export function evaluateGraph(graph: Graph, feeds: ReadonlyMap<string, Array64>): ReadonlyMap<string, Array64> {
  const initializers = new Map([...graph.initializers].map(([name, t]) => [name, toArray64(t)]));
  return evaluateSlow(slowNodes(graph), initializers, feeds);
}
