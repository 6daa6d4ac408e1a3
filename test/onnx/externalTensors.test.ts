import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TrainingInfoProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { modelIdentity } from '../../src/model/identity.ts';
import { ExternalDataError, InvalidModelError } from '../../src/onnx/errors.ts';
import { externalLocations, readModel } from '../../src/onnx/readModel.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { message } from '../networks.ts';

const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });

const outside = (type: 1 | 7, offset: number, name = '') =>
  create(TensorProtoSchema, {
    name,
    dataType: type,
    dims: [1n],
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      entry('location', 'w.bin'),
      entry('offset', String(offset)),
      entry('length', type === 1 ? '4' : '8'),
    ],
  });

// A float32 1.5 and an int64 0.
const file = new Uint8Array(12);
new DataView(file.buffer).setFloat32(0, 1.5, true);
new DataView(file.buffer).setBigInt64(4, 0n, true);

const tensorAttribute = () => create(AttributeProtoSchema, { name: 'value', type: Kind.TENSOR, t: outside(1, 0) });
const sparse = (name = '') =>
  create(SparseTensorProtoSchema, { values: outside(1, 0, name), indices: outside(7, 4), dims: [3n] });

const valueInfo = create(ValueInfoProtoSchema, {
  name: 'x',
  type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim: [] } } } },
});
const holding = (attribute: AttributeProto) =>
  create(NodeProtoSchema, { opType: 'Any', output: ['y'], attribute: [attribute] });
const around = (attribute: AttributeProto): ModelProto =>
  message({ input: [valueInfo], output: [valueInfo], node: [holding(attribute)] });
const empty = () => message({ input: [valueInfo], output: [valueInfo] });
const inner = (attribute: AttributeProto) =>
  create(GraphProtoSchema, { node: [holding(attribute)], output: [create(ValueInfoProtoSchema, { name: 'y' })] });

function inFunction(fill: (fn: ReturnType<typeof emptyFunction>) => void): ModelProto {
  const fn = emptyFunction();
  fill(fn);
  const model = empty();
  model.functions = [fn];
  return model;
}
const emptyFunction = () => create(FunctionProtoSchema, { name: 'f', domain: 'com.example', output: ['y'] });

function inTraining(which: 'initialization' | 'algorithm'): ModelProto {
  const model = empty();
  model.trainingInfo = [create(TrainingInfoProtoSchema, { [which]: inner(tensorAttribute()) })];
  return model;
}

const graphAttribute = (attribute: AttributeProto) =>
  create(AttributeProtoSchema, { name: 'body', type: Kind.GRAPH, g: inner(attribute) });

const places: readonly (readonly [string, ModelProto])[] = [
  ['an initializer', message({ input: [valueInfo], output: [valueInfo], initializer: [outside(1, 0, 'w')] })],
  ['a sparse initializer', message({ input: [valueInfo], output: [valueInfo], sparseInitializer: [sparse('w')] })],
  ['an attribute', around(tensorAttribute())],
  [
    'a list of tensors',
    around(create(AttributeProtoSchema, { name: 'a', type: Kind.TENSORS, tensors: [outside(1, 0)] })),
  ],
  [
    'a sparse attribute',
    around(create(AttributeProtoSchema, { name: 'a', type: Kind.SPARSE_TENSOR, sparseTensor: sparse() })),
  ],
  [
    'sparse attributes',
    around(create(AttributeProtoSchema, { name: 'a', type: Kind.SPARSE_TENSORS, sparseTensors: [sparse()] })),
  ],
  ['a subgraph', around(graphAttribute(tensorAttribute()))],
  ['a subgraph of a subgraph', around(graphAttribute(graphAttribute(tensorAttribute())))],
  [
    'a list of subgraphs',
    around(create(AttributeProtoSchema, { name: 'a', type: Kind.GRAPHS, graphs: [inner(tensorAttribute())] })),
  ],
  [
    'a function',
    inFunction((fn) => {
      fn.node = [holding(tensorAttribute())];
    }),
  ],
  [
    'a subgraph in a function',
    inFunction((fn) => {
      fn.node = [holding(graphAttribute(tensorAttribute()))];
    }),
  ],
  [
    'a default of a function',
    inFunction((fn) => {
      fn.attributeProto = [tensorAttribute()];
    }),
  ],
  ['initialization for training', inTraining('initialization')],
  ['a training algorithm', inTraining('algorithm')],
];

describe.each(places)('data outside of %s', (_, proto) => {
  const bytes = toBinary(ModelProtoSchema, proto);

  it('is named, and missing data is an error', () => {
    expect(externalLocations(bytes)).toEqual(['w.bin']);
    expect(() => readModel(bytes)).toThrow(ExternalDataError);
    expect(() => readModel(bytes, new Map([['w.bin', file.subarray(0, 3)]]))).toThrow(/has 3 bytes/);
  });

  it('is inside of what is written, for the runtime or as a file', () => {
    const written = writeModel(readModel(bytes, new Map([['w.bin', file]])));
    expect(externalLocations(written)).toEqual([]);
    expect(Buffer.from(written).includes('w.bin')).toBe(false);
    expect(Buffer.from(written).includes(Buffer.from(Float32Array.of(1.5).buffer))).toBe(true);
  });
});

it('an address in memory is the name of a file that is not there', () => {
  const proto = around(tensorAttribute());
  const location = '*/_ORT_MEM_ADDR_/*';
  proto.graph!.node[0]!.attribute[0]!.t!.externalData = [entry('location', location), entry('offset', '4096')];
  expect(() => readModel(toBinary(ModelProtoSchema, proto))).toThrow(`"${location}", which was not found`);
});

it.each(['0x4', '1e0', '', ' 4', '-0'])('an offset of "%s" is no number', (offset) => {
  const proto = around(tensorAttribute());
  proto.graph!.node[0]!.attribute[0]!.t!.externalData = [entry('location', 'w.bin'), entry('offset', offset)];
  expect(() => readModel(toBinary(ModelProtoSchema, proto), new Map([['w.bin', file]]))).toThrow(ExternalDataError);
});

it('subgraphs nested without end are refused', () => {
  let attribute = tensorAttribute();
  for (let depth = 0; depth < 100; depth++) attribute = graphAttribute(attribute);
  const bytes = toBinary(ModelProtoSchema, around(attribute));
  expect(() => readModel(bytes)).toThrow(InvalidModelError);
  expect(() => externalLocations(bytes)).toThrow(InvalidModelError);
});

describe('the identity of a model', () => {
  const bytes = toBinary(ModelProtoSchema, places[0]![1]);
  const plain = toBinary(
    ModelProtoSchema,
    fromBinary(ModelProtoSchema, writeModel(readModel(bytes, new Map([['w.bin', file]])))),
  );
  const of = async (contents: Uint8Array) => (await modelIdentity(bytes, new Map([['w.bin', contents]]))).sha256;

  it('is the SHA-256 of the file where there is no other', async () => {
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', plain)).toString('hex');
    expect((await modelIdentity(plain)).sha256).toBe(hash);
    expect((await modelIdentity(plain, new Map([['unread', file]]))).sha256).toBe(hash);
  });

  it('is another one for other weights, and for the same weights elsewhere in the file', async () => {
    const other = file.slice();
    other[0]! ^= 1;
    const all = await Promise.all([of(file), of(other), of(Uint8Array.from([...file, 0]))]);
    expect(new Set(all).size).toBe(3);
    expect(await of(file.slice())).toBe(all[0]);
  });
});
