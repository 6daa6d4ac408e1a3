import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { elementTypeCode } from './elementType.ts';
import type { Attribute, Graph, Model, Node, ValueInfo } from './graph.ts';
import { readValueInfo } from './readModel.ts';
import { attributeSources, withFields } from './sources.ts';
import { clampToInt64 } from './tensor.ts';
import { encodeTensor } from './tensorProto.ts';

/**
 * The bytes of an ONNX file. A model that was read and not edited gives the bytes it was read from; only its sparse tensors
 * are written dense.
 */
export function writeModel(model: Model): Uint8Array<ArrayBuffer> {
  return toBinary(ModelProtoSchema, encodeModel(model));
}

/**
 * The bytes of an ONNX file whose tensors of `threshold` bytes or more lie in a file of their own, `location`,
 * which belongs beside it. For models over protobuf's 2 GB.
 */
export function writeModelWithExternalData(
  model: Model,
  location: string,
  threshold = 1024,
): { model: Uint8Array<ArrayBuffer>; data: Uint8Array<ArrayBuffer> } {
  const proto = encodeModel(model);
  const parts: Uint8Array[] = [];
  let length = 0;
  const moveOut = (tensor: TensorProto): TensorProto => {
    const raw = tensor.rawData;
    if (raw.length < threshold) return tensor;
    const entries = { location, offset: String(length), length: String(raw.length) };
    const outside = withFields(tensor, {
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    });
    outside.rawData = new Uint8Array(0);
    parts.push(raw);
    length += raw.length;
    return outside;
  };
  if (proto.graph) {
    proto.graph = withFields(proto.graph, { initializer: proto.graph.initializer.map(moveOut) });
  }
  const data = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return { model: toBinary(ModelProtoSchema, proto), data };
}

function encodeModel(model: Model) {
  const base = model.proto ?? create(ModelProtoSchema);
  const versions = new Map([['', model.opset], ...model.domains]);
  const kept = base.opsetImport.flatMap((read) => {
    const version = versions.get(read.domain === 'ai.onnx' ? '' : read.domain);
    versions.delete(read.domain === 'ai.onnx' ? '' : read.domain);
    return version === undefined ? [] : [withFields(read, { version: BigInt(version) })];
  });
  // A file of other domains only need not import the standard one.
  if (kept.length > 0 && model.opset === 1) versions.delete('');
  const added = [...versions].map(([domain, version]) =>
    create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
  );
  const metadataProps = [...model.metadata].map(([key, value]) => {
    const read = base.metadataProps.find((entry) => entry.key === key && entry.value === value);
    return read ?? create(StringStringEntryProtoSchema, { key, value });
  });
  const written = withFields(base, {
    irVersion: BigInt(model.irVersion),
    opsetImport: [...kept, ...added],
    metadataProps,
    graph: encodeGraph(model.graph),
  });
  if (!model.proto) written.producerName = model.producer;
  return written;
}

function encodeGraph(graph: Graph): GraphProto {
  const base = graph.proto ?? create(GraphProtoSchema);
  return withFields(base, {
    name: graph.name,
    input: graph.inputs.map(encodeValueInfo),
    output: graph.outputs.map(encodeValueInfo),
    node: graph.nodes.map(encodeNode),
    valueInfo: graph.valueInfo.map(encodeValueInfo),
    initializer: [...graph.initializers].map(([name, t]) => encodeTensor(t, name)),
    // Those that were read are dense initializers now.
    sparseInitializer: [],
  });
}

function encodeValueInfo(value: ValueInfo): ValueInfoProto {
  if (value.proto && isUnedited(value, value.proto)) return withFields(value.proto, { name: value.name });
  if (value.type === undefined) return create(ValueInfoProtoSchema, { name: value.name });
  const dim = value.dims?.map((size) => {
    if (typeof size === 'number') return { value: { case: 'dimValue' as const, value: BigInt(size) } };
    return size === undefined ? {} : { value: { case: 'dimParam' as const, value: size } };
  });
  const elemType = elementTypeCode(value.type);
  const tensorType = dim ? { elemType, shape: { dim } } : { elemType };
  const type = create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } });
  return create(ValueInfoProtoSchema, { name: value.name, type });
}

function isUnedited({ type, dims }: ValueInfo, proto: ValueInfoProto): boolean {
  const read = readValueInfo(proto);
  return (
    read.type === type && read.dims?.length === dims?.length && (dims ?? []).every((dim, i) => dim === read.dims?.[i])
  );
}

function encodeNode(node: Node): NodeProto {
  const base = node.proto ?? create(NodeProtoSchema);
  const domain = node.domain === '' && base.domain === 'ai.onnx' ? base.domain : node.domain;
  const written = withFields(base, {
    opType: node.op,
    domain,
    name: node.name,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, a]) => encodeAttribute(name, a)),
  });
  if (node.origin) {
    const entries = { 'konkyo.node': node.origin.node, 'konkyo.rule': node.origin.rule };
    written.metadataProps = Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
  }
  return written;
}

function encodeAttribute(name: string, attribute: Attribute): AttributeProto {
  const source = attributeSources.get(attribute);
  // Tensors and subgraphs inside are encoded too: what lay in external files is brought inside.
  if (source && attribute.type === 'tensor') {
    return withFields(source, { name, t: encodeTensor(attribute.value, source.t?.name ?? '') });
  }
  if (source && attribute.type === 'graph') return withFields(source, { name, g: encodeGraph(attribute.value) });
  if (source) return withFields(source, { name });
  const bytes = (text: string) => new TextEncoder().encode(text);
  switch (attribute.type) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: Kind.INT, i: clampToInt64(attribute.value) });
    case 'float':
      return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: attribute.value });
    case 'string':
      return create(AttributeProtoSchema, { name, type: Kind.STRING, s: bytes(attribute.value) });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: attribute.value.map(clampToInt64) });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: Kind.FLOATS, floats: [...attribute.value] });
    case 'strings':
      return create(AttributeProtoSchema, { name, type: Kind.STRINGS, strings: attribute.value.map(bytes) });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: Kind.TENSOR, t: encodeTensor(attribute.value, '') });
    case 'graph':
      return create(AttributeProtoSchema, { name, type: Kind.GRAPH, g: encodeGraph(attribute.value) });
    case 'other':
      return withFields(attribute.proto, { name });
  }
}
