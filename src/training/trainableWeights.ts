import type { Graph } from '../onnx/graph.ts';
import { isTensorOf, type Tensor } from '../onnx/tensor.ts';

export type NamedWeight = readonly [name: string, value: Tensor<'float32'>];

/** The float32 initializers that may be weights. Scalars are not: exporters store 255, 0.5 and the like as such. */
export function floatInitializers(graph: Graph): NamedWeight[] {
  return [...graph.initializers].flatMap(([name, value]) =>
    value.dims.length > 0 && isTensorOf(value, 'float32') ? [[name, value] as const] : [],
  );
}

/** The graph with some of its initializers as inputs, for values that change from run to run. */
export function withWeightsAsInputs(graph: Graph, weights: readonly NamedWeight[]): Graph {
  const names = new Set(weights.map(([name]) => name));
  const inputs = weights.map(([name, { dims }]) => ({ name, type: 'float32' as const, dims }));
  return {
    ...graph,
    // Files of early ONNX versions list initializers among the inputs as well.
    inputs: [...graph.inputs.filter(({ name }) => !graph.initializers.has(name)), ...inputs],
    initializers: new Map([...graph.initializers].filter(([name]) => !names.has(name))),
    valueInfo: [],
  };
}

/** The graph with some of its inputs fixed: the opposite of `withWeightsAsInputs`. */
export function withWeightsFixed(graph: Graph, weights: readonly NamedWeight[]): Graph {
  const names = new Set(weights.map(([name]) => name));
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !names.has(name)),
    initializers: new Map([...graph.initializers, ...weights]),
    valueInfo: [],
  };
}
