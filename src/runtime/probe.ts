import { constantNames, exposeAll, type Facts, shapeOnlyNames, type ValueFacts } from '../onnx/facts.ts';
import type { Model } from '../onnx/graph.ts';
import { program } from './program.ts';
import { scoped } from './release.ts';
import type { Runtime, Values } from './runtime.ts';

/** A probe's findings: what is known of every value, and the model's own outputs. */
export interface Probe {
  readonly facts: Facts;
  readonly outputs: Values;
}

/** A model with every intermediate value exposed, to be run as often as is wanted. */
export interface Prober {
  /** Runs it on one tensor for each graph input and reads off what is known of every value. */
  look(feeds: Values): Promise<Probe>;
  /** The named values alone; by default every one. */
  run(feeds: Values, names?: readonly string[]): Promise<Values>;
  release(): Promise<void>;
}

/**
 * Opens a model with every intermediate value exposed, to read shapes, types and constants off runs: exact for any
 * operator the runtime knows, where shape functions would have to be written for each.
 */
export async function openProbe(runtime: Runtime, model: Model): Promise<Prober> {
  const exposed = { ...model, graph: exposeAll(model.graph) };
  const { run, release } = await program(runtime.reference ?? runtime, exposed, { optimization: 'none' });
  const constants = constantNames(model.graph);
  const ofShapes = shapeOnlyNames(model.graph);
  return {
    async look(feeds) {
      const values = await run(feeds);
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
    },
    run,
    release,
  };
}

/**
 * Looks at a model once.
 * @param feeds one tensor for each graph input.
 */
export function probe(runtime: Runtime, model: Model, feeds: Values): Promise<Probe> {
  return scoped(async (keep) => (await keep(openProbe(runtime, model))).look(feeds));
}
