import { create } from '@bufbuild/protobuf';
import { FunctionProtoSchema, ModelProtoSchema, NodeProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { UnsuitableModelError } from '../../src/model/errors.ts';
import { float } from '../../src/onnx/attributes.ts';
import type { Graph, Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { scalar, tensor } from '../../src/onnx/tensor.ts';
import { built, dense, images, load, node, value } from '../networks.ts';

type Build = (b: GraphBuilder, x: string) => string;

const truth = (b: GraphBuilder, on: boolean) => b.constant(tensor('bool', [], Uint8Array.of(on ? 1 : 0)));
const shape = (b: GraphBuilder, x: string) => b.add('Shape', [x]);
const noiseOf = { shape: [1, 1, 4, 4] };
const noisyBody = (name: string, inputs: Graph['inputs'] = [], more: Graph['nodes'] = []): Graph => ({
  name,
  inputs,
  outputs: [...(more.length > 0 ? [value('on', [], 'bool')] : []), value('noisy', undefined)],
  nodes: [node('RandomNormalLike', ['x'], ['draw']), node('Add', ['x', 'draw'], ['noisy']), ...more],
  initializers: new Map(),
  valueInfo: [],
});
const body = (graph: Graph) => ({ type: 'graph', value: graph }) as const;

const random: Readonly<Record<string, Build>> = {
  RandomNormalLike: (b, x) => b.ops.Add(x, b.add('RandomNormalLike', [x])),
  'RandomNormalLike with a seed': (b, x) => b.ops.Add(x, b.add('RandomNormalLike', [x], { seed: float(1) })),
  RandomNormal: (b, x) => b.ops.Add(x, b.add('RandomNormal', [], noiseOf)),
  'RandomNormal of little scale': (b, x) => b.ops.Add(x, b.add('RandomNormal', [], { ...noiseOf, scale: float(0.01) })),
  RandomUniform: (b, x) => b.ops.Mul(x, b.add('RandomUniform', [], noiseOf)),
  'RandomUniform with a seed': (b, x) => b.ops.Mul(x, b.add('RandomUniform', [], { ...noiseOf, seed: float(3) })),
  RandomUniformLike: (b, x) => b.ops.Mul(x, b.add('RandomUniformLike', [x])),
  Bernoulli: (b, x) => b.add('Bernoulli', [b.ops.Sigmoid(x)]),
  'Bernoulli with a seed': (b, x) => b.ops.Mul(x, b.add('Bernoulli', [b.ops.Sigmoid(x)], { seed: float(2) })),
  Multinomial: (b, x) => {
    const drawn = b.add('Multinomial', [b.add('Flatten', [x])], { sample_size: 16 });
    return b.ops.Reshape(b.add('Cast', [drawn], { to: 1 }), shape(b, x));
  },
  'Dropout in training mode': (b, x) => b.add('Dropout', [x, b.scalar(0.3), truth(b, true)]),
  'Dropout in training mode, its ratio left out': (b, x) => b.add('Dropout', [x, '', truth(b, true)]),
  'Dropout in training mode with a seed': (b, x) => b.add('Dropout', [x, b.scalar(0.5), truth(b, true)], { seed: 4 }),
  'Dropout whose mode is computed': (b, x) => b.add('Dropout', [x, b.scalar(0.5), b.ops.Not(truth(b, false))]),
  'weights that are drawn': (b, x) => b.ops.Mul(x, b.add('RandomNormal', [], { shape: [1, 1, 1, 1] })),
  'a random choice of rows': (b, x) => {
    const draw = b.add('RandomUniform', [], { shape: [1], high: float(4) });
    return b.ops.Add(x, b.add('Gather', [x, b.add('Cast', [draw], { to: 7 })], { axis: 2 }));
  },
  'a random threshold': (b, x) =>
    b.ops.Where(b.ops.Greater(b.add('RandomNormalLike', [x]), b.scalar(0)), x, b.scalar(0)),
  'noise in a branch': (b, x) => {
    const bright = b.ops.Greater(b.add('ReduceMax', [x], { keepdims: 0 }), b.scalar(-1e9));
    const [y = ''] = b.addMany('If', [bright], 1, {
      then_branch: body(noisyBody('yes')),
      else_branch: body({ ...noisyBody('no'), nodes: [node('Identity', ['x'], ['noisy'])] }),
    });
    return y;
  },
  'noise in a loop': (b, x) => {
    const turns = b.int(1);
    const loop = noisyBody(
      'turn',
      [value('i', [], 'int64'), value('go', [], 'bool'), value('before', undefined)],
      [node('Identity', ['go'], ['on'])],
    );
    const [y = ''] = b.addMany('Loop', [turns, '', x], 1, { body: body(loop) });
    return y;
  },
  'noise added late': (b, x) => b.ops.Add(b.ops.Sigmoid(x), b.ops.Mul(b.scalar(0.1), b.add('RandomUniformLike', [x]))),
};

const modelOf = (build: Build): Model =>
  built(value('x', ['n', 1, 4, 4]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [build(b, x)]), 16, 3));

describe('a model that gives other scores each time is refused, and the operators are named', () => {
  it.each(Object.entries(random))('%s', async (_, build) => {
    const loading = load(modelOf(build));
    await expect(loading).rejects.toBeInstanceOf(UnsuitableModelError);
    await expect(loading).rejects.toThrow(/other scores each time.*(Random|Bernoulli|Multinomial|Dropout|If|Loop)/s);
  });

  it("in the body of one of the model's own functions", async () => {
    const noisy = create(FunctionProtoSchema, {
      name: 'Noisy',
      domain: 'own',
      input: ['a'],
      output: ['b'],
      opsetImport: [{ domain: '', version: 21n }],
      node: [
        create(NodeProtoSchema, { opType: 'RandomNormalLike', input: ['a'], output: ['r'] }),
        create(NodeProtoSchema, { opType: 'Add', input: ['a', 'r'], output: ['b'] }),
      ],
    });
    const model = built(value('x', ['n', 1, 4, 4]), ['n', 3], (b, x) => {
      b.append(node('Noisy', [x], ['noisy'], { domain: 'own' }));
      return dense(b, b.add('Flatten', ['noisy']), 16, 3);
    });
    const proto = create(ModelProtoSchema, { functions: [noisy] });
    await expect(load({ ...model, domains: new Map([['own', 1]]), proto })).rejects.toThrow(/random numbers.*Noisy/s);
  });
});

describe('what is random in name only is explained', () => {
  it.each<[string, Build]>([
    ['Dropout in inference', (b, x) => b.add('Dropout', [x, b.scalar(0.5)])],
    ['Dropout in training mode that drops none', (b, x) => b.add('Dropout', [x, b.scalar(0), truth(b, true)])],
    ['Dropout told not to train', (b, x) => b.add('Dropout', [x, b.scalar(0.5), truth(b, false)])],
    ['noise of which only the shape counts', (b, x) => b.ops.Reshape(x, shape(b, b.add('RandomNormalLike', [x])))],
  ])('%s', async (_, build) => {
    const classifier = await load(modelOf(build));
    expect(classifier.preparation).toMatchObject({ batched: true, notes: [] });
    const all = images(2, [1, 4, 4]);
    expect(await classifier.scoresOf(all)).toEqual(await classifier.scoresOf(all));
    await classifier.release();
  });

  it('noise that did not count for probe images is said', async () => {
    const classifier = await load(
      modelOf((b, x) => b.ops.Add(x, b.ops.Mul(b.add('RandomNormalLike', [x]), b.constant(scalar(0))))),
    );
    expect(classifier.preparation.notes).toEqual([expect.stringMatching(/RandomNormalLike .* draws random numbers/)]);
    await classifier.release();
  });
});

it('Dropout that drops none has the gradient of Identity', async () => {
  const model = modelOf((b, x) => b.add('Dropout', [x, b.scalar(0), truth(b, true)]));
  const plain = modelOf((b, x) => b.add('Identity', [x]));
  const maps = [];
  for (const each of [model, plain]) {
    const classifier = await load(each);
    const explainer = await saliency().compile(classifier);
    maps.push((await explainer.attribute(images(1, [1, 4, 4]), [1])).values);
    await explainer.release();
    await classifier.release();
  }
  expect(maps[0]).toEqual(maps[1]);
});
