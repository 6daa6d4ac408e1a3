import type { Facts } from '../../onnx/facts.ts';
import type { Graph, Model } from '../../onnx/graph.ts';
import { prune } from '../../onnx/prune.ts';
import { zeros } from '../../onnx/tensor.ts';
import { probe } from '../../runtime/probe.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** The facts of a model and of nodes added at its end, from a run of those nodes alone. @param from the values they read. */
export async function withAddedFacts(
  runtime: Runtime,
  { model, facts }: { readonly model: Model; readonly facts: Facts },
  extended: Graph,
  from: readonly string[],
  name: string,
): Promise<Facts> {
  const inputs = from.map((value) => ({ name: value, type: 'float32' as const, dims: facts.get(value)?.dims ?? [] }));
  const nodes = extended.nodes.slice(model.graph.nodes.length);
  const outputs = [{ name, type: 'float32' as const, dims: undefined }];
  const graph = prune({ ...extended, nodes, inputs, valueInfo: [] }, outputs);
  const feeds = Object.fromEntries(inputs.map(({ name: value, dims }) => [value, zeros('float32', dims)]));
  const found = await probe(runtime, { ...model, graph }, feeds);
  return new Map([...found.facts, ...facts]);
}
