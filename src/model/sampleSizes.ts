import type { Model } from '../onnx/graph.ts';

/**
 * The model with the sizes that its only input leaves open as an array has them that is going to be explained; the batch stays open.
 * An array of another number of dimensions says nothing.
 */
export function withSampleSizes(model: Model, sample: readonly number[] | undefined): Model {
  const { graph } = model;
  const [input, other] = graph.inputs;
  if (!sample || !input?.dims || other || input.dims.length !== sample.length) return model;
  const dims = input.dims.map((dim, i) => (i === 0 || (typeof dim === 'number' && dim > 0) ? dim : (sample[i] ?? dim)));
  return { ...model, graph: { ...graph, inputs: [{ ...input, dims }] } };
}
