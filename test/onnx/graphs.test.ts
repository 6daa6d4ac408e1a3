import { describe, expect, it } from 'vitest';
import { withConstantInitializers } from '../../src/model/imageInput.ts';
import { intOf } from '../../src/onnx/attributes.ts';
import { InvalidModelError } from '../../src/onnx/errors.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { prune } from '../../src/onnx/prune.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { modelOf, node, value } from '../networks.ts';

/** y = If(condition, outer + 1, z) with `outer` and `z` taken from around the subgraphs. */
const branching: Graph = {
  ...emptyGraph('main'),
  inputs: [value('x', [2]), value('condition', [], 'bool'), value('unused', [1])],
  outputs: [value('y', [2]), value('aside', [2])],
  initializers: new Map([
    ['one', float32([], [1])],
    ['two', float32([], [2])],
  ]),
  nodes: [
    node('Neg', ['x'], ['outer']),
    node('Abs', ['x'], ['z']),
    node('Mul', ['x', 'two'], ['aside']),
    node('If', ['condition'], ['y'], {
      attributes: {
        then_branch: {
          type: 'graph',
          value: {
            ...emptyGraph('then'),
            outputs: [value('sum', [2])],
            // Names of the branch's own hide those outside.
            nodes: [node('Add', ['outer', 'one'], ['aside']), node('Identity', ['aside'], ['sum'])],
          },
        },
        else_branch: { type: 'graph', value: { ...emptyGraph('else'), outputs: [value('z', [2])] } },
      },
    }),
  ],
};

describe('prune', () => {
  const pruned = prune(branching, [value('y', [2])]);

  it('keeps what subgraphs take from outside, and drops the rest', () => {
    expect(pruned.nodes.map(({ op }) => op)).toEqual(['Neg', 'Abs', 'If']);
    expect([...pruned.initializers.keys()]).toEqual(['one']);
    expect(pruned.inputs.map(({ name }) => name)).toEqual(['x', 'condition']);
  });

  it('keeps inputs that are asked for', () => {
    expect(prune(branching, [value('y', [2])], ['unused']).inputs).toEqual(branching.inputs);
  });

  it('leaves a graph that still reads after writing', () => {
    const again = readModel(writeModel(modelOf(pruned))).graph;
    expect(again.nodes[2]!.attributes.then_branch).toMatchObject({
      value: { nodes: [{ inputs: ['outer', 'one'] }, {}] },
    });
  });
});

describe('before IR 4', () => {
  it('initializers that are listed as inputs are constants', () => {
    const graph = { ...branching, inputs: [...branching.inputs, value('one', []), value('two', [])] };
    const model = withConstantInitializers({ ...modelOf(graph, 8), irVersion: 3 });
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x', 'condition', 'unused']);
    expect([...model.graph.initializers.keys()]).toEqual(['one', 'two']);
  });
});

describe('names of added values', () => {
  it('meet none of the graph, of its subgraphs, or of an earlier stage', () => {
    const taken = ['konkyo/s/1_Neg', 'konkyo/s/2_Split', 'konkyo/s/3_Split', 'konkyo/s/5_scalar'];
    const inner: Graph = {
      ...emptyGraph('inner'),
      outputs: [value(taken[1]!, [1])],
      nodes: [node('Identity', ['x'], [taken[1]!])],
    };
    const graph: Graph = {
      ...emptyGraph('g'),
      inputs: [value('x', [2])],
      initializers: new Map([[taken[3]!, float32([], [1])]]),
      nodes: [
        node('Neg', ['x'], [taken[0]!]),
        node('Abs', ['x'], [taken[2]!]),
        node('If', ['x'], ['y'], { attributes: { then_branch: { type: 'graph', value: inner } } }),
      ],
    };
    const names: string[] = [];
    let current = graph;
    for (let round = 0; round < 3; round++) {
      const builder = new GraphBuilder(current, 's');
      names.push(builder.add('Neg', ['x']), ...builder.addMany('Split', ['x'], 3), builder.scalar(1));
      current = builder.build();
    }
    expect(new Set([...names, ...taken, 'x', 'y']).size).toBe(names.length + taken.length + 2);
  });

  it('are given once for each constant, 0 and -0 apart', () => {
    const builder = new GraphBuilder(emptyGraph('g'), 's');
    expect(builder.scalar(2)).toBe(builder.scalar(2));
    expect(builder.scalar(0)).not.toBe(builder.scalar(-0));
    expect(builder.ints([1])).not.toBe(builder.int(1));
  });

  it('record the node and the rule they come from, through a file too', () => {
    const builder = new GraphBuilder(emptyGraph('g'), 's');
    const x = builder.input('x', 'float32', [1]);
    const y = builder.from({ node: 'conv1', rule: 'Conv' }, () => builder.add('Neg', [x]));
    const graph = builder.build([value(y, [1])]);
    expect(graph.nodes[0]!.origin).toEqual({ node: 'conv1', rule: 'Conv' });
    const read = readModel(writeModel(modelOf(graph))).graph.nodes[0]!;
    expect(read.proto!.metadataProps.map((entry) => [entry.key, entry.value])).toEqual([
      ['konkyo.node', 'conv1'],
      ['konkyo.rule', 'Conv'],
    ]);
  });
});

it('an attribute of another type than its operator has is an error of the model', () => {
  const soft = node('Softmax', ['x'], ['y'], { attributes: { axis: { type: 'string', value: 'last' } } });
  expect(() => intOf(soft, 'axis')).toThrow(InvalidModelError);
  expect(intOf(node('Softmax', ['x'], ['y']), 'axis', -1)).toBe(-1);
});
