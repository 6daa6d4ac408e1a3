import { isNumeric } from '../onnx/elementType.ts';
import type { Facts } from '../onnx/facts.ts';
import { type Graph, type Model, reads } from '../onnx/graph.ts';
import { prune } from '../onnx/prune.ts';
import { zeros } from '../onnx/tensor.ts';
import { probe } from '../runtime/probe.ts';
import type { Runtime } from '../runtime/runtime.ts';

/**
 * The facts of a model and of nodes that were added at the end of its graph, from a run of those nodes alone.
 * @param name the value that they make.
 */
export async function addedFacts(
  runtime: Runtime,
  { model, facts }: { readonly model: Model; readonly facts: Facts },
  extended: Graph,
  name: string,
): Promise<Facts> {
  if (extended === model.graph || facts.has(name)) return facts;
  const nodes = extended.nodes.slice(model.graph.nodes.length);
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const from = new Set(nodes.flatMap(reads).filter((value) => value !== '' && !made.has(value)));
  const inputs = [...from].flatMap((name) => {
    const { type, dims, constant } = facts.get(name) ?? {};
    if (!type || !dims || !isNumeric(type) || extended.initializers.has(name)) return [];
    return [{ name, type, dims, example: constant ?? zeros(type, dims) }];
  });
  const outputs = [{ name, type: 'float32' as const }];
  const graph = prune({ ...extended, nodes, inputs, valueInfo: [] }, outputs);
  const feeds = Object.fromEntries(inputs.map(({ name: value, example }) => [value, example]));
  const found = await probe(runtime, { ...model, graph }, feeds);
  return new Map([...found.facts, ...facts]);
}
