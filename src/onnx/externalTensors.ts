import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type SparseTensorProto,
  type TensorProto,
  TensorProto_DataLocation,
} from 'onnx-buf';
import { type ExternalData, externalBytes, externalLocation, isExternal } from './tensorProto.ts';

/**
 * Puts the data of every tensor that lies in another file into the message itself. ONNX Runtime is given models as bytes, and
 * would look for what is left outside in the working directory: functions and sparse tensors too, which nothing else here reads.
 * @param proto just parsed, and nobody else's: it is changed.
 * @throws ExternalDataError when data is missing or too short.
 */
export function bringInside(proto: ModelProto, external: ExternalData): void {
  for (const tensor of tensorsOf(proto)) {
    if (!isExternal(tensor)) continue;
    tensor.rawData = externalBytes(tensor, external) as Uint8Array<ArrayBuffer>;
    tensor.externalData = [];
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  }
}

/** The locations of the files that tensors of a model lie in, each once. */
export function locationsOf(proto: ModelProto): readonly string[] {
  return [...new Set([...tensorsOf(proto)].filter(isExternal).map(externalLocation))];
}

/** Every tensor in a model, wherever it may be. A message that nests deeper than a stack is not parsed in the first place. */
function* tensorsOf({ graph, functions, trainingInfo }: ModelProto): Generator<TensorProto> {
  if (graph) yield* ofGraph(graph);
  for (const { node, attributeProto } of functions) {
    yield* ofNodes(node);
    for (const attribute of attributeProto) yield* ofAttribute(attribute);
  }
  for (const { initialization, algorithm } of trainingInfo) {
    if (initialization) yield* ofGraph(initialization);
    if (algorithm) yield* ofGraph(algorithm);
  }
}

function* ofGraph(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) yield* ofSparse(sparse);
  yield* ofNodes(graph.node);
}

function* ofNodes(nodes: readonly NodeProto[]): Generator<TensorProto> {
  for (const node of nodes) for (const attribute of node.attribute) yield* ofAttribute(attribute);
}

function* ofAttribute(attribute: AttributeProto): Generator<TensorProto> {
  const { t, tensors, sparseTensor, sparseTensors, g, graphs } = attribute;
  if (t) yield t;
  yield* tensors;
  for (const sparse of sparseTensor ? [sparseTensor, ...sparseTensors] : sparseTensors) yield* ofSparse(sparse);
  for (const graph of g ? [g, ...graphs] : graphs) yield* ofGraph(graph);
}

function* ofSparse({ values, indices }: SparseTensorProto): Generator<TensorProto> {
  if (values) yield values;
  if (indices) yield indices;
}
