import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { InvalidModelError } from '../../src/onnx/errors.ts';
import { type Graph, reads } from '../../src/onnx/graph.ts';
import { emptyGraph } from '../../src/onnx/graphBuilder.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { validateGraph } from '../../src/onnx/validate.ts';
import { message, node, value } from '../networks.ts';

const graph = (nodes: Graph['nodes'], outputs = [value('y', [1])]): Graph => ({
  ...emptyGraph('g'),
  inputs: [value('x', [1])],
  outputs,
  nodes,
});

describe('a graph is refused', () => {
  it.each([
    {
      title: 'with a cycle',
      graph: graph([node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Neg', ['a'], ['y'])]),
      says: /Add -> a reads "b"/,
    },
    { title: 'that reads what is not there', graph: graph([node('Neg', ['gone'], ['y'])]), says: /reads "gone"/ },
    {
      title: 'in a wrong order',
      graph: graph([node('Neg', ['a'], ['y'], { name: 'last' }), node('Neg', ['x'], ['a'])]),
      says: /Neg "last" reads "a"/,
    },
    {
      title: 'that makes a value twice',
      graph: graph([node('Neg', ['x'], ['y']), node('Abs', ['x'], ['y'])]),
      says: /"y" is made twice, the second time by Abs/,
    },
    { title: 'that makes its input', graph: graph([node('Neg', ['x'], ['x'])], [value('x', [1])]), says: /made twice/ },
    { title: 'whose output nothing makes', graph: graph([]), says: /output "y" is made by no node/ },
    { title: 'without outputs', graph: graph([], []), says: /no outputs/ },
    {
      title: 'whose subgraph reads what is not there',
      graph: graph([
        node('If', ['x'], ['y'], {
          attributes: {
            then_branch: {
              type: 'graph',
              value: { ...emptyGraph('b'), nodes: [node('Neg', ['gone'], ['t'])], outputs: [value('t', [1])] },
            },
          },
        }),
      ]),
      says: /reads "gone"/,
    },
  ])('$title', ({ graph: damaged, says }) => {
    expect(() => validateGraph(damaged)).toThrow(InvalidModelError);
    expect(() => validateGraph(damaged)).toThrow(says);
  });

  it('unless it only leaves optional inputs and outputs out', () => {
    const clip = node('Clip', ['x', '', ''], ['y']);
    expect(reads(clip)).toEqual(['x']);
    validateGraph(graph([clip, node('Dropout', ['x'], ['d', '']), node('Dropout', ['d'], ['e', ''])]));
  });
});

describe('bytes are refused', () => {
  const withoutGraph = toBinary(ModelProtoSchema, create(ModelProtoSchema, { opsetImport: message({}).opsetImport }));
  const bytes = readFileSync('test/reference/lenet.onnx');

  it.each([
    { title: 'an empty file', content: new Uint8Array(0) },
    { title: 'a picture', content: readFileSync('docs/pictures/first-screen-digit.png') },
    { title: 'text', content: new TextEncoder().encode('not a model\n'.repeat(20)) },
    { title: 'zeros', content: new Uint8Array(1000) },
    { title: 'a truncated model', content: bytes.subarray(0, bytes.length - 100) },
    { title: 'a model cut in the middle', content: bytes.subarray(0, bytes.length / 2) },
    { title: 'a model without a graph', content: withoutGraph },
  ])('$title', ({ content }) => {
    expect(() => readModel(content)).toThrow(InvalidModelError);
  });

  it('with an initializer that does not match its shape, by its name', () => {
    const proto = fromBinary(ModelProtoSchema, bytes);
    const [first] = proto.graph!.initializer;
    first!.dims = [...first!.dims.slice(1), 7n];
    expect(() => readModel(toBinary(ModelProtoSchema, proto))).toThrow(
      new RegExp(`Tensor "${first!.name}" is float32 of shape \\[.*7\\]`),
    );
  });

  it('with two initializers of one name', () => {
    const proto = fromBinary(ModelProtoSchema, bytes);
    const [first] = proto.graph!.initializer;
    proto.graph!.initializer.push(create(TensorProtoSchema, { name: first!.name, dataType: 1, floatData: [1] }));
    expect(() => readModel(toBinary(ModelProtoSchema, proto))).toThrow(/two initializers of one name/);
  });
});
