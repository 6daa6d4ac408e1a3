import { describe, expect, it } from 'vitest';
import { type AttributeLike, attributes, float, floats } from '../../src/onnx/attributes.ts';
import { UnsupportedOpsetError, UpgradeError } from '../../src/onnx/errors.ts';
import type { Graph, Model, Node } from '../../src/onnx/graph.ts';
import { emptyGraph, reservedPrefix } from '../../src/onnx/graphBuilder.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { float32, int64, type Tensor, tensor } from '../../src/onnx/tensor.ts';
import { upgradeModel } from '../../src/onnx/upgrade/upgradeModel.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import type { Values } from '../../src/runtime/runtime.ts';
import { graphOf } from '../networks.ts';
import { modelOf } from './upgradeCase.ts';
import { expectSame, factsOf, run, upgradedBothWays } from './upgradeRun.ts';

const noFacts = new Map();

function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  values: Record<string, AttributeLike | undefined> = {},
): Node {
  return { op, domain: '', name: '', inputs, outputs, attributes: attributes(values) };
}

interface GraphParts {
  readonly feeds: Values;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly Node[];
  readonly outputs: readonly string[];
}

function fed({ feeds, ...rest }: GraphParts): Graph {
  return graphOf({ ...rest, inputs: Object.entries(feeds).map(([name, { type, dims }]) => ({ name, type, dims })) });
}

const subgraph = (value: Graph): AttributeLike => ({ type: 'graph', value });
const x = float32([2, 3], [1, -2, 3, -4, 5, -6]);
const relu = modelOf(fed({ feeds: { x }, nodes: [node('Relu', ['x'], ['y'])], outputs: ['y'] }), 9);

describe('which models are taken', () => {
  it('leaves opsets 21 to 23 alone', () => {
    for (const opset of [21, 22, 23]) {
      const model = { ...relu, opset };
      expect(upgradeModel(model, noFacts)).toBe(model);
    }
  });

  it.each([1, 6, 24])('refuses opset %i and says what to do', (opset) => {
    const upgrade = () => upgradeModel({ ...relu, opset }, noFacts);
    expect(upgrade).toThrow(UnsupportedOpsetError);
    expect(upgrade).toThrow(/Export it .*version_converter/);
  });

  it('takes a model that has no standard operator, whatever opset it has', () => {
    const custom = { ...node('Scaler', ['x'], ['y']), domain: 'ai.onnx.ml' };
    const graph = fed({ feeds: { x }, nodes: [custom], outputs: ['y'] });
    expect(upgradeModel(modelOf(graph, 1), noFacts)).toMatchObject({ opset: 21, graph: { nodes: [custom] } });
  });

  it('writes the file format that knows opset 21, and keeps a newer one', () => {
    expect(upgradeModel(relu, noFacts).irVersion).toBe(10);
    expect(upgradeModel({ ...relu, irVersion: 11 }, noFacts).irVersion).toBe(11);
  });

  it('refuses what later opsets cannot say, naming the node', () => {
    const mask = fed({ feeds: { x }, nodes: [node('Dropout', ['x'], ['y', 'mask'])], outputs: ['y', 'mask'] });
    expect(() => upgradeModel(modelOf(mask, 10), noFacts)).toThrow(UpgradeError);
    expect(() => upgradeModel(modelOf(mask, 10), noFacts)).toThrow(/"mask".*Export the model for inference/);
    const outputs = ['y', 'a', 'b', 'c', 'd'];
    const saved = fed({
      feeds: { x },
      nodes: [node('BatchNormalization', ['x', 'x', 'x', 'x', 'x'], outputs)],
      outputs,
    });
    expect(() => upgradeModel(modelOf(saved, 9), noFacts)).toThrow(/"c", a statistic of a training batch/);
  });
});

describe('initializers that old files list as inputs', () => {
  const weights = float32([3], [1, 2, 3]);
  const graph = fed({
    feeds: { x, weights },
    constants: { weights },
    nodes: [node('Mul', ['x', 'weights'], ['y'])],
    outputs: ['y'],
  });

  it('stay constants', () => {
    const upgraded = upgradeModel({ ...modelOf(graph, 8), irVersion: 3 }, noFacts);
    expect(upgraded.graph.inputs.map(({ name }) => name)).toEqual(['x']);
  });

  it('stay defaults where the file format says so', () => {
    const upgraded = upgradeModel({ ...modelOf(graph, 8), irVersion: 4 }, noFacts);
    expect(upgraded.graph.inputs.map(({ name }) => name)).toEqual(['x', 'weights']);
  });
});

describe('what is added', () => {
  const image = float32([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const nodes = [node('Softmax', ['x'], ['p']), node('Clip', ['p'], ['y'], { min: float(0.1) })];
  const model = modelOf(fed({ feeds: { x: image }, nodes, outputs: ['y'] }), 9);

  it('has names under the reserved prefix and says where it comes from; the model keeps its own names', async () => {
    const { graph } = upgradeModel(model, await factsOf(model, { x: image }));
    const own = new Set(['x', 'p', 'y']);
    const added = graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => !own.has(name));
    expect(added.length).toBeGreaterThan(0);
    for (const name of [...added, ...graph.initializers.keys()]) expect(name.startsWith(reservedPrefix)).toBe(true);
    const flatten = graph.nodes.find(({ op }) => op === 'Flatten');
    expect(flatten?.origin).toEqual({ node: 'Softmax -> p', rule: 'Softmax to opset 21' });
    expect(graph.nodes.flatMap(({ outputs }) => outputs)).toEqual(expect.arrayContaining(['p', 'y']));
  });

  it('leaves the model it was given as it was', () => {
    const before = structuredClone(model);
    upgradeModel(model, noFacts);
    expect(model).toEqual(before);
  });

  it('is not needed for a Softmax whose later dimensions are 1', async () => {
    const scores = float32([2, 3, 1, 1], [1, 2, 3, 4, 5, 6]);
    const squeezed = modelOf(fed({ feeds: { x: scores }, nodes: [nodes[0]!], outputs: ['p'] }), 8);
    const { graph } = upgradeModel(squeezed, await factsOf(squeezed, { x: scores }));
    expect(graph.nodes).toHaveLength(1);
    expect(graph.nodes[0]).toMatchObject({ op: 'Softmax', attributes: { axis: { value: 1 } } });
  });

  it('holds for other batch sizes than that of the probe', async () => {
    const open = modelOf(fed({ feeds: { x }, nodes: [node('Softmax', ['x'], ['y'], { axis: 0 })], outputs: ['y'] }), 8);
    const dynamic = {
      ...open,
      graph: { ...open.graph, inputs: [{ name: 'x', type: 'float32' as const, dims: ['n', 3] }] },
    };
    const upgraded = upgradeModel(dynamic, await factsOf(dynamic, { x: float32([1, 3], [1, 2, 3]) }));
    expectSame(await run(upgraded, { x }), await run(dynamic, { x }));
  });

  it('survives being written and read', async () => {
    for (const upgraded of await upgradedBothWays(model, { x: image })) {
      expectSame(await run(readModel(writeModel(upgraded)), { x: image }), await run(model, { x: image }));
    }
  });
});

describe('subgraphs', () => {
  async function expectSameInOpset21(model: Model, feeds: Values): Promise<void> {
    const before = await run(model, feeds);
    for (const upgraded of await upgradedBothWays(model, feeds)) expectSame(await run(upgraded, feeds), before);
  }

  it('of If are rewritten, and do not take the facts of a value elsewhere with the same name', async () => {
    const branch = (scale: number) => ({
      ...emptyGraph('branch'),
      nodes: [
        node('Slice', ['x'], ['s'], { starts: [1], ends: [3], axes: [1] }),
        node('Unsqueeze', ['s'], ['t'], { axes: [2] }),
        node('Concat', ['t', 't'], ['u'], { axis: 2 }),
        node('Softmax', ['u'], ['q'], { axis: scale }),
      ],
      outputs: [{ name: 'q', type: 'float32' as const, dims: undefined }],
    });
    const condition = tensor('bool', [], Uint8Array.of(1));
    const nodes = [
      node('If', ['c'], ['y'], { then_branch: subgraph(branch(1)), else_branch: subgraph(branch(0)) }),
      node('Relu', ['x'], ['u']),
    ];
    const feeds = { x, c: condition };
    const model = modelOf(fed({ feeds, nodes, outputs: ['y', 'u'] }), 9);
    await expectSameInOpset21(model, feeds);
    await expectSameInOpset21(model, { x, c: tensor('bool', [], Uint8Array.of(0)) });
  });

  it('of Loop are rewritten', async () => {
    const body: Graph = {
      ...emptyGraph('body'),
      inputs: [
        { name: 'i', type: 'int64', dims: [] },
        { name: 'more', type: 'bool', dims: [] },
        { name: 'state', type: 'float32', dims: undefined },
      ],
      nodes: [
        node('Identity', ['more'], ['again']),
        node('Clip', ['state'], ['clipped'], { min: float(-1), max: float(4) }),
        node('ReduceSum', ['clipped'], ['sum'], { axes: [1], keepdims: 1 }),
        node('Add', ['state', 'sum'], ['next']),
      ],
      outputs: [
        { name: 'again', type: 'bool', dims: [] },
        { name: 'next', type: 'float32', dims: undefined },
      ],
    };
    const constants = { count: int64([3], []), start: tensor('bool', [], Uint8Array.of(1)) };
    const nodes = [node('Loop', ['count', 'start', 'x'], ['y'], { body: subgraph(body) })];
    await expectSameInOpset21(modelOf(fed({ feeds: { x }, constants, nodes, outputs: ['y'] }), 10), { x });
  });

  describe('of Scan 8, which had a batch', () => {
    const element = { type: 'float32' as const, dims: [2] };
    const body: Graph = {
      ...emptyGraph('body'),
      inputs: [
        { name: 'sum', ...element },
        { name: 'item', ...element },
      ],
      nodes: [
        node('Slice', ['item'], ['first'], { starts: [0], ends: [1] }),
        node('Mul', ['sum', 'first'], ['scaled']),
        node('Add', ['scaled', 'item'], ['next']),
        node('Identity', ['next'], ['shown']),
      ],
      outputs: [
        { name: 'next', ...element },
        { name: 'shown', ...element },
      ],
    };
    const feeds = {
      start: float32([3, 2], [1, 2, 3, 4, 5, 6]),
      items: float32(
        [3, 4, 2],
        Array.from({ length: 24 }, (_, i) => Math.cos(i)),
      ),
    };
    const scan = (lengths: string, values: Record<string, AttributeLike | undefined>) =>
      node('Scan', [lengths, 'start', 'items'], ['end', 'all'], {
        body: subgraph(body),
        num_scan_inputs: 1,
        ...values,
      });

    it.each([{}, { directions: [1] }])('%o', async (values) => {
      const model = modelOf(fed({ feeds, nodes: [scan('', values)], outputs: ['end', 'all'] }), 8);
      await expectSameInOpset21(model, feeds);
    });

    it('but not those with sequences of different lengths', () => {
      const constants = { lengths: int64([4, 2, 3]) };
      const model = modelOf(fed({ feeds, constants, nodes: [scan('lengths', {})], outputs: ['end', 'all'] }), 8);
      expect(() => upgradeModel(model, noFacts)).toThrow(/different lengths/);
    });
  });
});

it('rewrites a chain of old operators together', async () => {
  const image = float32(
    [2, 2, 3, 4],
    Array.from({ length: 48 }, (_, i) => Math.sin(7 * i)),
  );
  const nodes = [
    node('Pad', ['x'], ['a'], { pads: [0, 0, 1, 1, 0, 0, 0, 0], value: float(0.5) }),
    node('Upsample', ['a'], ['b'], { scales: floats([1, 1, 2, 2]) }),
    node('Split', ['b'], ['c', 'd'], { axis: 1 }),
    node('Sub', ['c', 'd'], ['e']),
    node('ReduceMean', ['e'], ['f'], { axes: [2], keepdims: 0 }),
    node('TopK', ['f'], ['g', 'index'], { k: 3 }),
    node('Squeeze', ['f'], ['h'], { axes: [1] }),
    node('LogSoftmax', ['h'], ['y']),
  ];
  const model = modelOf(fed({ feeds: { x: image }, nodes, outputs: ['y', 'g', 'index'] }), 7);
  const before = await run(model, { x: image });
  for (const upgraded of await upgradedBothWays(model, { x: image })) {
    expectSame(await run(upgraded, { x: image }), before);
  }
});
