import { fromBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  type GraphProto,
  AttributeProto_AttributeType as Kind,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { elementTypeOf } from './elementType.ts';
import { InvalidModelError } from './errors.ts';
import { bringInside, locationsOf } from './externalTensors.ts';
import type { Attribute, Graph, Model, Node, ValueInfo } from './graph.ts';
import { attributeSources } from './sources.ts';
import { decodeSparse } from './sparseTensor.ts';
import type { Tensor } from './tensor.ts';
import { decodeTensor, type ExternalData } from './tensorProto.ts';
import { validateGraph } from './validate.ts';

/**
 * Reads the bytes of an ONNX file.
 * @param external contents of the model's external data files; `externalLocations` says which there are.
 * @throws InvalidModelError when the bytes are not a complete, consistent ONNX model.
 * @throws ExternalDataError when external data is missing or too short.
 */
export function readModel(bytes: Uint8Array, external: ExternalData = new Map()): Model {
  const proto = parse(bytes);
  bringInside(proto, external);
  if (!proto.graph) throw new InvalidModelError('This ONNX model has no graph.');
  const versions = new Map(proto.opsetImport.map(({ domain, version }) => [standardDomain(domain), Number(version)]));
  const graph = readGraph(proto.graph, external);
  validateGraph(graph);
  const opset = versions.get('') ?? 1;
  versions.delete('');
  return {
    irVersion: Number(proto.irVersion),
    opset,
    domains: versions,
    producer: `${proto.producerName} ${proto.producerVersion}`.trim(),
    metadata: new Map(proto.metadataProps.map(({ key, value }) => [key, value])),
    graph,
    proto,
  };
}

/** The locations of the external data files that a model's tensors lie in, wherever in the model they are. */
export function externalLocations(bytes: Uint8Array): string[] {
  return [...locationsOf(parse(bytes))];
}

function parse(bytes: Uint8Array): ModelProto {
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new InvalidModelError(
      'Not an ONNX model, or a damaged or incomplete one: its bytes are no protobuf message.',
      {
        cause,
      },
    );
  }
  if (proto.opsetImport.length === 0 && !proto.graph) {
    throw new InvalidModelError('Not an ONNX model: it has neither a graph nor an operator set version.');
  }
  return proto;
}

/** 'ai.onnx' is another name of the standard domain. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readGraph(proto: GraphProto, external: ExternalData): Graph {
  const initializers = new Map([
    ...proto.initializer.map((t): [string, Tensor] => [t.name, decodeTensor(t, external)]),
    ...proto.sparseInitializer.map((t): [string, Tensor] => [t.values?.name ?? '', decodeSparse(t, external)]),
  ]);
  if (initializers.size < proto.initializer.length + proto.sparseInitializer.length) {
    throw new InvalidModelError(`The graph "${proto.name}" has two initializers of one name: the file is damaged.`);
  }
  return {
    name: proto.name,
    inputs: proto.input.map(readValueInfo),
    outputs: proto.output.map(readValueInfo),
    nodes: proto.node.map((node) => readNode(node, external)),
    initializers,
    valueInfo: proto.valueInfo.map(readValueInfo),
    proto,
  };
}

/** A graph input, output or intermediate value as the file declares it. */
export function readValueInfo(proto: ValueInfoProto): ValueInfo {
  const tensor = proto.type?.value.case === 'tensorType' ? proto.type.value.value : undefined;
  const dims = tensor?.shape?.dim.map(({ value }) => {
    if (value.case === 'dimValue') return Number(value.value);
    return value.case === 'dimParam' && value.value !== '' ? value.value : undefined;
  });
  return { name: proto.name, type: tensor && elementTypeOf(tensor.elemType), dims, proto };
}

/** A node as the file has it. */
export function readNode(proto: NodeProto, external: ExternalData): Node {
  return {
    op: proto.opType,
    domain: standardDomain(proto.domain),
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(proto.attribute.map((a) => namedAttribute(a, proto, external))),
    proto,
  };
}

/** A Constant that is given sparse becomes a dense one, whose attribute has another name. */
function namedAttribute(proto: AttributeProto, { opType }: NodeProto, external: ExternalData): [string, Attribute] {
  if (opType === 'Constant' && proto.name === 'sparse_value' && proto.sparseTensor) {
    return ['value', { type: 'tensor', value: decodeSparse(proto.sparseTensor, external) }];
  }
  return [proto.name, readAttribute(proto, external)];
}

function readAttribute(proto: AttributeProto, external: ExternalData): Attribute {
  const attribute = attributeOf(proto, external);
  attributeSources.set(attribute, proto);
  return attribute;
}

function attributeOf(proto: AttributeProto, external: ExternalData): Attribute {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  switch (proto.type) {
    case Kind.INT:
      return { type: 'int', value: Number(proto.i) };
    case Kind.FLOAT:
      return { type: 'float', value: proto.f };
    case Kind.STRING:
      return { type: 'string', value: text(proto.s) };
    case Kind.INTS:
      return { type: 'ints', value: proto.ints.map(Number) };
    case Kind.FLOATS:
      return { type: 'floats', value: proto.floats };
    case Kind.STRINGS:
      return { type: 'strings', value: proto.strings.map(text) };
    case Kind.TENSOR:
      return proto.t ? { type: 'tensor', value: decodeTensor(proto.t, external) } : { type: 'other', proto };
    case Kind.GRAPH:
      return proto.g ? { type: 'graph', value: readGraph(proto.g, external) } : { type: 'other', proto };
    default:
      return { type: 'other', proto };
  }
}
