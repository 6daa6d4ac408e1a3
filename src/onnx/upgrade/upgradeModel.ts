import { attributes } from '../attributes.ts';
import { UnsupportedOpsetError, UpgradeError } from '../errors.ts';
import type { Facts } from '../facts.ts';
import {
  type Attribute,
  describeNode,
  type Graph,
  type Model,
  type Node,
  ownNames,
  reads,
  subgraphs,
} from '../graph.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import type { UpgradeContext } from './step.ts';
import { upgradeSteps } from './table.ts';

/** The opset that older models are brought to. */
export const workingOpset = 21;
const oldestOpset = 7;
const newestOpset = 23;
/** The first version of the file format whose models may say opset 21. */
const workingIrVersion = 10;

/**
 * The same computation in opset 21. Models of opset 21 to 23 are given back as they are.
 * @param facts of the model as it is, from a probe; sizes other than the batch's are taken to be the same in every run.
 * Rewritings that lack a fact write a longer form that holds in any case.
 * @throws UnsupportedOpsetError below opset 7 and above 23.
 * @throws UpgradeError where a node has no form in opset 21, or the model has functions of its own.
 */
export function upgradeModel(model: Model, facts: Facts): Model {
  const { opset } = model;
  if (opset > newestOpset) {
    throw new UnsupportedOpsetError(
      `The model is of opset ${opset}; konkyo knows the operators of opsets ${oldestOpset} to ${newestOpset}. Export it with opset ${workingOpset}, or bring it there with onnx.version_converter.convert_version(model, ${workingOpset}).`,
      opset,
    );
  }
  if (opset >= workingOpset) return model;
  if (opset < oldestOpset && hasStandardNode(model.graph)) {
    throw new UnsupportedOpsetError(
      `The model is of opset ${opset}; konkyo reads opsets ${oldestOpset} to ${newestOpset}. Export it again with a newer one, or bring it to ${oldestOpset} or more with onnx.version_converter.convert_version(model, ${workingOpset}).`,
      opset,
    );
  }
  if (model.proto && model.proto.functions.length > 0) {
    throw new UpgradeError(
      `The model is of opset ${opset} and has functions of its own, which konkyo does not rewrite. Put their bodies in the graph with onnx.inliner.inline_local_functions(model), or export it with opset ${workingOpset}.`,
    );
  }
  const irVersion = Math.max(model.irVersion, workingIrVersion);
  return {
    ...model,
    opset: workingOpset,
    irVersion,
    graph: upgradeMainGraph(withFixedInitializers(model), opset, facts),
  };
}

function hasStandardNode(graph: Graph): boolean {
  return graph.nodes.some((node) => node.domain === '' || subgraphs(node).some(hasStandardNode));
}

/** Before file format 4 every initializer was listed among the inputs too; now that would make it a default that may be overridden. */
function withFixedInitializers({ graph, irVersion }: Model): Graph {
  if (irVersion >= 4) return graph;
  return { ...graph, inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)) };
}

function upgradeMainGraph(graph: Graph, opset: number, facts: Facts): Graph {
  const builder = new GraphBuilder(graph, 'upgrade');
  const read = new Set(readNames(graph));
  const contextFor = (scope: Facts, origin: Node): UpgradeContext => ({
    facts: (name) => scope.get(name),
    isRead: (name) => read.has(name),
    constant: (value, hint) => builder.constant(value, hint),
    ints: (values) => builder.ints(values),
    fresh: (hint) => builder.fresh(hint),
    node: (op, inputs, values = {}, output) => {
      const name = builder.fresh(op);
      const from = { node: describeNode(origin), rule: `${origin.op} to opset ${workingOpset}` };
      return { op, domain: '', name, inputs, outputs: [output ?? name], attributes: attributes(values), origin: from };
    },
  });
  const nodes = upgradeNodes(graph.nodes, opset, facts, contextFor);
  return { ...builder.build(), nodes };
}

type ContextFor = (scope: Facts, origin: Node) => UpgradeContext;

function upgradeNodes(nodes: readonly Node[], opset: number, scope: Facts, contextFor: ContextFor): readonly Node[] {
  return nodes.flatMap((node) => {
    const inside = upgradeSubgraphs(node, opset, scope, contextFor);
    return applySteps(inside, opset, contextFor(scope, node));
  });
}

function applySteps(node: Node, opset: number, context: UpgradeContext): readonly Node[] {
  const steps = node.domain === '' && Object.hasOwn(upgradeSteps, node.op) ? upgradeSteps[node.op] : undefined;
  const step = steps?.find(({ to }) => to > opset);
  if (!step) return [node];
  const result = step.rewrite(node, context);
  if (!('node' in result)) return applySteps(result, step.to, context);
  return [...(result.before ?? []), ...applySteps(result.node, step.to, context), ...(result.after ?? [])];
}

/** New constants of subgraphs are initializers of the main graph, which subgraphs may read. */
function upgradeSubgraphs(node: Node, opset: number, scope: Facts, contextFor: ContextFor): Node {
  if (subgraphs(node).length === 0) return node;
  const entries = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type !== 'graph') return [name, attribute];
    const graph = attribute.value;
    const nodes = upgradeNodes(graph.nodes, opset, outerFacts(graph, scope), contextFor);
    return [name, { type: 'graph', value: { ...graph, nodes, valueInfo: [] } }];
  });
  return { ...node, attributes: Object.fromEntries(entries) };
}

/** The facts of what a subgraph takes from outside: its own values may have the names of others elsewhere. */
function outerFacts(graph: Graph, scope: Facts): Facts {
  const own = ownNames(graph);
  return new Map([...scope].filter(([name]) => !own.has(name)));
}

function readNames(graph: Graph): string[] {
  const inside = graph.nodes.flatMap(subgraphs).flatMap(readNames);
  return [...graph.nodes.flatMap(reads), ...graph.outputs.map(({ name }) => name), ...inside];
}
