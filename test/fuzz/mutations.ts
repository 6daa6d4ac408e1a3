import type { Attribute, Graph, Node } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { int64, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { type Random, random } from '../../src/random/random.ts';

/*
 * Ways in which a model file can be wrong: damaged bytes, and whole files with wrong contents.
 */

/** The file with number `seed` made from good ones: always the same for the same seed. */
export function mutate(files: readonly Uint8Array[], seed: number): Uint8Array {
  const source = random(seed);
  const bytes = pick(source, files);
  const kind = Math.floor(source.uniform() * 10);
  if (kind < 3) return flipBits(bytes, source);
  if (kind < 4) return bytes.slice(0, Math.floor(source.uniform() * bytes.length));
  const model = readModel(bytes);
  const changed = pick(source, graphMutations)(model.graph, source);
  return writeModel({ ...model, graph: { ...changed, valueInfo: [] } });
}

function pick<T>(source: Random, list: readonly T[]): T {
  return list[Math.floor(source.uniform() * list.length)]!;
}

/** One to sixteen bits, half of them in the first kilobyte, where structure is denser. */
function flipBits(bytes: Uint8Array, source: Random): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const count = 1 + Math.floor(source.uniform() * 16);
  for (let i = 0; i < count; i++) {
    const range = source.uniform() < 0.5 ? Math.min(1024, bytes.length) : bytes.length;
    flipped[Math.floor(source.uniform() * range)]! ^= 1 << Math.floor(source.uniform() * 8);
  }
  return flipped;
}

type GraphMutation = (graph: Graph, source: Random) => Graph;

const sizes = [-1, 0, 1, 2, 3, 1000, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 40, 2 ** 62];

const wrongInputShape: GraphMutation = (graph, source) => ({
  ...graph,
  inputs: graph.inputs.map(({ name, type, dims }) => ({
    name,
    type,
    dims: dims?.map((dim) => maybe(source, dim, sizes)),
  })),
});

const wrongInitializer: GraphMutation = (graph, source) => {
  const name = pick(source, [...graph.initializers.keys()]);
  const value = graph.initializers.get(name)!;
  const dims = value.dims.map((dim) =>
    maybe(
      source,
      dim,
      sizes.filter((size) => size >= 0),
    ),
  );
  const numbers =
    value.type === 'int64'
      ? int64(
          Array.from({ length: value.data.length }, () => pick(source, sizes)),
          value.dims,
        )
      : undefined;
  const wrong: Tensor = numbers ?? { ...value, dims };
  return { ...graph, initializers: new Map(graph.initializers).set(name, wrong) };
};

const wrongAttribute = changedNode((node, source) => {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type === 'int') return [name, { type: 'int', value: maybe(source, attribute.value, sizes) }];
    if (attribute.type === 'float')
      return [name, { type: 'float', value: pick(source, [Number.NaN, Infinity, -1, 0, 1e38]) }];
    if (attribute.type === 'ints')
      return [name, { type: 'ints', value: attribute.value.map((v) => maybe(source, v, sizes)) }];
    return [name, attribute];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
});

const operators = [
  'Relu',
  'Conv',
  'MatMul',
  'Reshape',
  'Loop',
  'If',
  'Softmax',
  'Expand',
  'Tile',
  'ConstantOfShape',
  'Nonsense',
];
const wrongOperator = changedNode((node, source) => ({ ...node, op: pick(source, operators) }));
const wrongDomain = changedNode((node) => ({ ...node, domain: 'com.example' }));
const withoutInputs = changedNode((node, source) => ({
  ...node,
  inputs: node.inputs.filter(() => source.uniform() < 0.5),
}));

/** A value that is made later, or by the node itself. */
const cyclic: GraphMutation = (graph, source) => {
  const later = graph.nodes.flatMap(({ outputs }) => outputs);
  return changedNode((node) => ({ ...node, inputs: node.inputs.map((name) => maybe(source, name, later)) }))(
    graph,
    source,
  );
};

const shuffled: GraphMutation = (graph, source) => {
  const [i, j] = [pick(source, [...graph.nodes.keys()]), pick(source, [...graph.nodes.keys()])];
  const nodes = graph.nodes.map((node, at) => (at === i ? graph.nodes[j]! : at === j ? graph.nodes[i]! : node));
  return { ...graph, nodes };
};

const withoutNode: GraphMutation = (graph, source) => {
  const gone = pick(source, graph.nodes);
  return { ...graph, nodes: graph.nodes.filter((node) => node !== gone) };
};

const graphMutations: readonly GraphMutation[] = [
  wrongInputShape,
  wrongInitializer,
  wrongAttribute,
  wrongOperator,
  wrongDomain,
  withoutInputs,
  cyclic,
  shuffled,
  withoutNode,
];

function changedNode(change: (node: Node, source: Random) => Node): GraphMutation {
  return (graph, source) => {
    const chosen = pick(source, graph.nodes);
    return { ...graph, nodes: graph.nodes.map((node) => (node === chosen ? change(node, source) : node)) };
  };
}

function maybe<T>(source: Random, value: T, others: readonly T[]): T {
  return source.uniform() < 0.4 ? pick(source, others) : value;
}
