import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorProto_DataType as Type,
  type ValueInfoProto,
} from 'onnx-buf';
import { type Array64, type SlowAttributes, sizeOf } from './array64.ts';
import type { SlowNode } from './evaluate.ts';
import { integerTypes } from './integerTypes.ts';

/** Where Debian's package libonnx-testdata puts ONNX's own operator tests. */
export const testdataRoot = '/usr/share/libonnx-testdata/data';
export const hasTestdata = existsSync(testdataRoot);

/** A case that has no form in float64 tensors and plain nodes; `reason` says what it holds instead. */
export class UnreadableCaseError extends Error {
  readonly tag = 'UnreadableCaseError';
  readonly reason: string;
  constructor(reason: string) {
    super(`This test case cannot be read as float64 tensors: ${reason}.`);
    this.name = 'UnreadableCaseError';
    this.reason = reason;
  }
}

/** A tensor of the test data with the element type it is stored in (TensorProto code). */
export interface StoredArray {
  readonly name: string;
  readonly array: Array64;
  readonly elementType: number;
}

/** A model file as the slow version evaluates it. */
export interface StoredModel {
  /** Version of the standard operators. */
  readonly opset: number;
  readonly nodes: readonly SlowNode[];
  readonly initializers: ReadonlyMap<string, Array64>;
  readonly inputs: readonly StoredValue[];
  readonly outputs: readonly StoredValue[];
}

export interface StoredValue {
  readonly name: string;
  /** TensorProto code; `undefined` for sequences, maps and optionals. */
  readonly elementType: number | undefined;
}

export interface TestdataCase extends StoredModel {
  readonly name: string;
  readonly feeds: readonly StoredArray[];
  readonly expected: readonly StoredArray[];
}

/** Folders of all cases of a suite: `node` (one operator each), `pytorch-converted`, `pytorch-operator`, `simple`. */
export const caseFolders = (suite: string): readonly string[] =>
  readdirSync(join(testdataRoot, suite))
    .sort()
    .map((name) => join(testdataRoot, suite, name))
    .filter((folder) => existsSync(join(folder, 'model.onnx')));

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits * 2 ** 16);
  return view.getFloat32(0);
}

interface ElementReader {
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
  /** The typed field that holds the elements where raw_data does not. */
  readonly typed: (proto: TensorProto) => readonly number[];
}

const small = (proto: TensorProto): readonly number[] => proto.int32Data;

const readers: ReadonlyMap<number, ElementReader> = new Map([
  [Type.FLOAT, { bytes: 4, read: (v, o) => v.getFloat32(o, true), typed: (p) => p.floatData }],
  [Type.DOUBLE, { bytes: 8, read: (v, o) => v.getFloat64(o, true), typed: (p) => p.doubleData }],
  [Type.FLOAT16, { bytes: 2, read: (v, o) => float16(v.getUint16(o, true)), typed: (p) => small(p).map(float16) }],
  [Type.BFLOAT16, { bytes: 2, read: (v, o) => bfloat16(v.getUint16(o, true)), typed: (p) => small(p).map(bfloat16) }],
  [Type.UINT8, { bytes: 1, read: (v, o) => v.getUint8(o), typed: small }],
  [Type.INT8, { bytes: 1, read: (v, o) => v.getInt8(o), typed: small }],
  [Type.BOOL, { bytes: 1, read: (v, o) => v.getUint8(o), typed: small }],
  [Type.UINT16, { bytes: 2, read: (v, o) => v.getUint16(o, true), typed: small }],
  [Type.INT16, { bytes: 2, read: (v, o) => v.getInt16(o, true), typed: small }],
  [Type.INT32, { bytes: 4, read: (v, o) => v.getInt32(o, true), typed: small }],
  [Type.UINT32, { bytes: 4, read: (v, o) => v.getUint32(o, true), typed: (p) => p.uint64Data.map(Number) }],
  [Type.INT64, { bytes: 8, read: (v, o) => Number(v.getBigInt64(o, true)), typed: (p) => p.int64Data.map(Number) }],
  [Type.UINT64, { bytes: 8, read: (v, o) => Number(v.getBigUint64(o, true)), typed: (p) => p.uint64Data.map(Number) }],
] satisfies [number, ElementReader][]);

/**
 * A TensorProto as float64 numbers, read as the element type `type`. Throws UnreadableCaseError for strings, complex
 * numbers and external data.
 */
export function array64Of(proto: TensorProto, type: number = proto.dataType): Array64 {
  const reader = readers.get(type);
  if (reader === undefined) throw new UnreadableCaseError(`${Type[type] ?? 'untyped'} tensor`.toLowerCase());
  const dims = proto.dims.map(Number);
  const raw = proto.rawData;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const data =
    raw.length > 0
      ? Float64Array.from({ length: sizeOf(dims) }, (_, k) => reader.read(view, k * reader.bytes))
      : Float64Array.from(reader.typed(proto));
  if (data.length !== sizeOf(dims)) throw new UnreadableCaseError('tensor with too few elements');
  return integerTypes.has(type) ? { dims, data, integerType: type } : { dims, data };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function attributeOf(proto: AttributeProto): SlowAttributes[string] {
  switch (proto.type) {
    case Kind.FLOAT:
      return proto.f;
    case Kind.INT:
      return Number(proto.i);
    case Kind.STRING:
      return text(proto.s);
    case Kind.FLOATS:
      return proto.floats;
    case Kind.INTS:
      return proto.ints.map(Number);
    case Kind.STRINGS:
      return proto.strings.map(text);
    case Kind.TENSOR:
      if (proto.t !== undefined) return array64Of(proto.t);
  }
  throw new UnreadableCaseError(`${(Kind[proto.type] ?? 'untyped').toLowerCase()} attribute`);
}

const storedValue = ({ name, type }: ValueInfoProto): StoredValue => ({
  name,
  elementType: type?.value.case === 'tensorType' ? type.value.value.elemType : undefined,
});

/** Reads a model file. Throws UnreadableCaseError where it has subgraphs, foreign operators or other than tensors. */
export function readStoredModel(path: string): StoredModel {
  const model = fromBinary(ModelProtoSchema, readFileSync(path));
  const { graph } = model;
  if (graph === undefined) throw new UnreadableCaseError('a model without a graph');
  const isStandard = (domain: string): boolean => domain === '' || domain === 'ai.onnx';
  const foreign = graph.node.find((node) => !isStandard(node.domain));
  if (foreign !== undefined) throw new UnreadableCaseError(`operator of the domain ${foreign.domain}`);
  const initializers = new Map(graph.initializer.map((proto) => [proto.name, array64Of(proto)]));
  return {
    opset: Number(model.opsetImport.find(({ domain }) => isStandard(domain))?.version ?? 1),
    nodes: graph.node.map((node) => ({
      op: node.opType,
      inputs: node.input,
      outputs: node.output,
      attributes: Object.fromEntries(node.attribute.map((attribute) => [attribute.name, attributeOf(attribute)])),
    })),
    initializers,
    inputs: graph.input.map(storedValue),
    outputs: graph.output.map(storedValue),
  };
}

/** Reads a case: its model and the tensors of test_data_set_0, in the order of the graph's inputs and outputs. */
export function readCase(folder: string): TestdataCase {
  const model = readStoredModel(join(folder, 'model.onnx'));
  const stored = (kind: 'input' | 'output', values: readonly StoredValue[]): readonly StoredArray[] =>
    values.flatMap((value, position) => {
      if (value.elementType === undefined) throw new UnreadableCaseError('a value that is no tensor');
      const file = join(folder, 'test_data_set_0', `${kind}_${position}.pb`);
      if (!existsSync(file)) return [];
      const proto = fromBinary(TensorProtoSchema, readFileSync(file));
      // NumPy knows no bfloat16: the package stores such tensors as uint16, and only the graph tells.
      const elementType = value.elementType === Type.BFLOAT16 ? Type.BFLOAT16 : proto.dataType;
      return [{ name: value.name, array: array64Of(proto, elementType), elementType }];
    });
  return {
    ...model,
    name: basename(folder),
    feeds: stored('input', model.inputs),
    expected: stored('output', model.outputs),
  };
}
