import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { ExternalDataError } from '../../src/onnx/errors.ts';
import { externalLocations, readModel } from '../../src/onnx/readModel.ts';
import { writeModel, writeModelWithExternalData } from '../../src/onnx/writeModel.ts';
import { message } from '../networks.ts';

const bytes = readFileSync('test/reference/lenet.onnx');
const original = readModel(bytes);
const { model, data } = writeModelWithExternalData(original, 'lenet.bin', 64);

describe('weights in a file of their own', () => {
  it('are named by the model, taken out of it, and read back the same', () => {
    expect(externalLocations(model)).toEqual(['lenet.bin']);
    expect(model.length + data.length).toBeLessThan(bytes.length + 3000);
    const read = readModel(model, new Map([['lenet.bin', data]]));
    expect(read.graph.initializers).toEqual(original.graph.initializers);
  });

  it('are brought inside when the model is written as one file', () => {
    const whole = writeModel(readModel(model, new Map([['lenet.bin', data]])));
    expect(externalLocations(whole)).toEqual([]);
    expect(readModel(whole).graph.initializers).toEqual(original.graph.initializers);
  });

  it('that are missing or cut short are an error that names tensor and file', () => {
    const largest = [...original.graph.initializers].reduce((a, b) => (b[1].data.length > a[1].data.length ? b : a))[0];
    expect(() => readModel(model)).toThrow(ExternalDataError);
    expect(() => readModel(model)).toThrow(/"lenet\.bin", which was not found/);
    const short = new Map([['lenet.bin', data.subarray(0, data.length - 1)]]);
    expect(() => readModel(model, short)).toThrow(/"lenet\.bin", but that file has \d+ bytes/);
    const withoutLargest = new Map([['lenet.bin', data.subarray(0, 10)]]);
    expect(() => readModel(model, withoutLargest)).toThrow(ExternalDataError);
    expect(largest).not.toBe('');
  });

  it.each([
    { title: 'beyond the file', entries: { offset: '1000000000' } },
    { title: 'negative', entries: { offset: '-4' } },
    { title: 'no number', entries: { offset: 'here' } },
    { title: 'of a length beyond the file', entries: { length: '1e15' } },
  ])('at an offset that is $title are an error', ({ entries }) => {
    const proto = fromBinary(ModelProtoSchema, model);
    const outside = proto.graph!.initializer.find(({ dataLocation }) => dataLocation === external)!;
    outside.externalData = pairs({ location: 'lenet.bin', ...entries });
    const damaged = toBinary(ModelProtoSchema, proto);
    expect(() => readModel(damaged, new Map([['lenet.bin', data]]))).toThrow(ExternalDataError);
  });
});

const external = TensorProto_DataLocation.EXTERNAL;

function pairs(entries: Readonly<Record<string, string | undefined>>) {
  const proto = create(TensorProtoSchema, {
    externalData: Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
  });
  return proto.externalData;
}

it('a constant in an attribute, or in a subgraph, may lie outside too', () => {
  const tensor = create(TensorProtoSchema, {
    dataType: 1,
    dims: [2n],
    dataLocation: external,
    externalData: pairs({ location: 'c.bin', offset: '4' }),
  });
  const constant = create(NodeProtoSchema, {
    opType: 'Constant',
    output: ['c'],
    attribute: [{ name: 'value', type: Kind.TENSOR, t: tensor }],
  });
  const result = [create(ValueInfoProtoSchema, { name: 'c' })];
  const branch = { name: 'then_branch', type: Kind.GRAPH, g: { node: [constant], output: result } };
  const choice = create(NodeProtoSchema, { opType: 'If', input: ['b'], output: ['y'], attribute: [branch] });
  const proto = message({
    input: [create(ValueInfoProtoSchema, { name: 'b' })],
    output: [create(ValueInfoProtoSchema, { name: 'y' })],
    node: [choice],
  });
  const file = new Uint8Array(Float32Array.of(7, 8, 9).buffer);
  const written = writeModel(readModel(toBinary(ModelProtoSchema, proto), new Map([['c.bin', file]])));
  expect(externalLocations(written)).toEqual([]);
  const inner = fromBinary(ModelProtoSchema, written).graph!.node[0]!.attribute[0]!.g!.node[0]!;
  expect(inner.attribute[0]!.t!.rawData).toEqual(file.subarray(4));
});
