import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType as Kind, ModelProtoSchema, NodeProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { float } from '../../src/onnx/attributes.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { message } from '../networks.ts';
import { caseFolders, hasTestdata } from '../slow/testdata.ts';
import { modelFolders } from './operatorTests.ts';

const references = readdirSync('test/reference').filter((file) => file.endsWith('.onnx'));

const isKept = (bytes: Uint8Array) => Buffer.compare(writeModel(readModel(bytes)), bytes) === 0;

describe('a model that was not edited is written as it was read', () => {
  it.each(references)('%s', (file) => {
    expect(isKept(readFileSync(join('test/reference', file)))).toBe(true);
  });

  it.skipIf(!existsSync('../shared/models'))('foreign classifiers (needs ../shared/models)', () => {
    for (const folder of modelFolders('../shared/models')) {
      const bytes = readFileSync(join(folder, 'model.onnx'));
      const written = writeModel(readModel(bytes));
      const [before, after] = [fromBinary(ModelProtoSchema, bytes), fromBinary(ModelProtoSchema, written)];
      expect(equals(ModelProtoSchema, before, after), folder).toBe(true);
      // Lists of numbers may be packed or not; ONNX's own writer does not pack "ints", the writer of this one file did.
      if (!folder.endsWith('squeezenet11-fp32-derived')) expect(Buffer.compare(written, bytes), folder).toBe(0);
    }
  });

  it.skipIf(!hasTestdata)("ONNX's operator tests (needs Debian's libonnx-testdata)", () => {
    const suites = ['node', 'pytorch-converted', 'pytorch-operator', 'simple'];
    const folders = suites.flatMap((suite) => (existsSync(join(root, suite)) ? caseFolders(suite) : []));
    const changed = folders.filter((folder) => !isKept(readFileSync(join(folder, 'model.onnx'))));
    expect(folders.length).toBeGreaterThan(900);
    expect(changed).toEqual([]);
  });
});

const root = '/usr/share/libonnx-testdata/data';

describe('what konkyo does not look at', () => {
  const proto = message({
    docString: 'about the graph',
    node: [
      create(NodeProtoSchema, {
        opType: 'Relu',
        name: 'r',
        domain: 'ai.onnx',
        input: ['x'],
        output: ['y'],
        docString: 'about the node',
        metadataProps: [{ key: 'scope', value: 'net.relu' }],
      }),
    ],
    input: message({}).graph!.input,
  });
  proto.graph!.input.push(...readInputProto());
  proto.graph!.output.push(...readInputProto('y'));
  proto.$unknown = [{ no: 2000, wireType: 2, data: Uint8Array.of(3, 1, 2, 3) }];
  proto.docString = 'about the model';
  proto.metadataProps.push(...['a', 'b'].map((key) => ({ ...proto.graph!.node[0]!.metadataProps[0]!, key })));
  const bytes = toBinary(ModelProtoSchema, proto);

  it('is kept: documentation, metadata, fields of a later ONNX, the spelling of the domain', () => {
    expect(isKept(bytes)).toBe(true);
  });

  it('is kept when something else is edited', () => {
    const model = readModel(bytes);
    const nodes = model.graph.nodes.map((each) => ({ ...each, op: 'Tanh' }));
    const written = fromBinary(ModelProtoSchema, writeModel({ ...model, graph: { ...model.graph, nodes } }));
    expect(written.graph!.node[0]).toMatchObject({ opType: 'Tanh', domain: 'ai.onnx', docString: 'about the node' });
    expect(written).toMatchObject({ docString: 'about the model', $unknown: proto.$unknown });
  });
});

function readInputProto(name = 'x') {
  const type = { value: { case: 'tensorType' as const, value: { elemType: 1, shape: { dim: [] } } } };
  return create(ModelProtoSchema, { graph: { input: [{ name, type }] } }).graph!.input;
}

describe('an edit by copying is what is written', () => {
  const model = readModel(readFileSync('test/reference/lenet.onnx'));
  const rewritten = (graph: Partial<Model['graph']>) =>
    readModel(writeModel({ ...model, graph: { ...model.graph, ...graph } })).graph;

  it('for weights', () => {
    const [name, weights] = [...model.graph.initializers].find(([, t]) => t.type === 'float32')!;
    const data = Float32Array.from(weights.data as Float32Array, (w) => 2 * w);
    const initializers = new Map(model.graph.initializers).set(name, { ...weights, data });
    expect(rewritten({ initializers }).initializers.get(name)!.data).toEqual(data);
  });

  it('for the name of a tensor', () => {
    const [[name, weights] = ['', float32([], [0])]] = model.graph.initializers;
    const initializers = new Map(model.graph.initializers).set('copy', weights);
    const read = rewritten({ initializers }).initializers;
    expect([...read.keys()]).toEqual([...model.graph.initializers.keys(), 'copy']);
    expect(read.get('copy')!.data).toEqual(read.get(name)!.data);
  });

  it('for attributes', () => {
    const at = model.graph.nodes.findIndex(({ op }) => op === 'Conv');
    const conv = model.graph.nodes[at]!;
    const kernel = conv.attributes.kernel_shape!;
    expect(kernel.type).toBe('ints');
    const edited = { ...conv.attributes, kernel_shape: { ...kernel, type: 'ints' as const, value: [7, 9] } };
    const renamed = { ...edited, other: conv.attributes.strides!, alpha: float(0.5) };
    const nodes = model.graph.nodes.with(at, { ...conv, attributes: renamed });
    const read = rewritten({ nodes }).nodes[at]!.attributes;
    expect(read.kernel_shape).toEqual({ type: 'ints', value: [7, 9] });
    expect(read.other).toEqual(read.strides);
    expect(read.alpha).toEqual({ type: 'float', value: 0.5 });
  });

  it('for declared shapes', () => {
    const [input] = model.graph.inputs;
    const inputs = [{ ...input!, dims: ['n', 1, 56, 56] }];
    expect(rewritten({ inputs }).inputs[0]!.dims).toEqual(['n', 1, 56, 56]);
  });
});

describe('attributes', () => {
  const graph = { name: 'inner', input: [], output: readInputProto('z'), node: [] };
  const tensor = create(TensorProtoSchema, { dataType: 1, dims: [1n], floatData: [2] });
  const text = (s: string) => new TextEncoder().encode(s);
  const all = [
    { name: 'i', type: Kind.INT, i: -3n },
    { name: 'f', type: Kind.FLOAT, f: 0.5 },
    { name: 's', type: Kind.STRING, s: text('naïve') },
    { name: 'is', type: Kind.INTS, ints: [1n, -2n] },
    { name: 'fs', type: Kind.FLOATS, floats: [1.5, -0.25] },
    { name: 'ss', type: Kind.STRINGS, strings: [text('a'), text('')] },
    { name: 't', type: Kind.TENSOR, t: tensor },
    { name: 'g', type: Kind.GRAPH, g: graph },
    { name: 'ts', type: Kind.TENSORS, tensors: [tensor] },
    { name: 'gs', type: Kind.GRAPHS, graphs: [graph] },
    { name: 'sp', type: Kind.SPARSE_TENSOR, sparseTensor: { values: tensor, dims: [4n] } },
    { name: 'tp', type: Kind.TYPE_PROTO, tp: readInputProto()[0]!.type! },
    { name: 'big', type: Kind.INT, i: 2n ** 63n - 1n },
  ];
  const proto = message({
    node: [create(NodeProtoSchema, { opType: 'Thing', domain: 'my', input: ['z'], output: ['y'], attribute: all })],
    input: readInputProto('z'),
    output: readInputProto('y'),
  });
  const bytes = toBinary(ModelProtoSchema, proto);

  it('of every kind are read, and written as they came', () => {
    const { attributes } = readModel(bytes).graph.nodes[0]!;
    expect(Object.fromEntries(Object.entries(attributes).map(([name, { type }]) => [name, type]))).toEqual({
      ...{ i: 'int', f: 'float', s: 'string', is: 'ints', fs: 'floats', ss: 'strings', t: 'tensor', g: 'graph' },
      ...{ ts: 'other', gs: 'other', sp: 'other', tp: 'other', big: 'int' },
    });
    expect(attributes).toMatchObject({
      i: { value: -3 },
      s: { value: 'naïve' },
      is: { value: [1, -2] },
      ss: { value: ['a', ''] },
      t: { value: { dims: [1], data: Float32Array.of(2) } },
    });
    expect(isKept(bytes)).toBe(true);
  });

  it('can be written without the messages they came from', () => {
    const model = readModel(bytes);
    const copied = model.graph.nodes.map(({ proto: _, ...each }) => ({
      ...each,
      attributes: Object.fromEntries(Object.entries(each.attributes).map(([name, a]) => [name, { ...a }])),
    }));
    const written = readModel(writeModel({ ...model, graph: { ...model.graph, nodes: copied } }));
    const { g: _, ...others } = copied[0]!.attributes;
    expect(written.graph.nodes[0]!.attributes).toMatchObject(others);
  });
});
