import { constantNames, exposeAll, type Facts, shapeOnlyNames, type ValueFacts } from '../onnx/facts.ts';
import type { Model } from '../onnx/graph.ts';
import type { Runtime, Values } from './runtime.ts';

/** A probe's findings: what is known of every value, and the model's own outputs. */
export interface Probe {
  readonly facts: Facts;
  readonly outputs: Values;
}

/**
 * Runs a model once with every intermediate value exposed, and reads shapes, types and constants off it: exact for
 * any operator the runtime knows, where shape functions would have to be written for each.
 * @param feeds one tensor for each graph input.
 */
export async function probe(runtime: Runtime, model: Model, feeds: Values): Promise<Probe> {
  const session = await runtime.createSession({ ...model, graph: exposeAll(model.graph) }, { optimization: 'none' });
  try {
    const values = await session.run(feeds);
    const constants = constantNames(model.graph);
    const ofShapes = shapeOnlyNames(model.graph);
    const facts = new Map<string, ValueFacts>();
    for (const [name, value] of [...Object.entries(feeds), ...Object.entries(values)]) {
      const { type, dims } = value;
      const single = type === 'bool' && value.data.length === 1;
      if (constants.has(name)) facts.set(name, { type, dims, constant: value });
      else facts.set(name, { type, dims, ...(single && ofShapes.has(name) ? { ofShapes: value } : {}) });
    }
    for (const [name, value] of model.graph.initializers) {
      if (!facts.has(name)) facts.set(name, { type: value.type, dims: value.dims, constant: value });
    }
    const outputs = model.graph.outputs.flatMap(({ name }) => (values[name] ? [[name, values[name]] as const] : []));
    return { facts, outputs: Object.fromEntries(outputs) };
  } finally {
    await session.release();
  }
}
