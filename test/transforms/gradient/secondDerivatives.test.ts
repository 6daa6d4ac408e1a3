import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/onnx/graph.ts';
import type { Tensor } from '../../../src/onnx/tensor.ts';
import type { Values } from '../../../src/runtime/runtime.ts';
import { networkModel } from '../../../src/training/network.ts';
import { cpu, runtimes } from '../../runtimes.ts';
import { type Array64, vector } from '../../slow/array64.ts';
import { evaluateGraph, toArray64 } from '../../slow/slowGraph.ts';
import { families } from './cases/index.ts';
import { derivativesAlongDirections, mismatch } from './directions.ts';
import { distinct } from './inputs.ts';
import { differentiated, feedsOf, gradientModel, modelOf, type OperatorCase, titleOf } from './operatorCase.ts';

/** Every value of a model by the slow float64 version. */
function slowValues(model: Model, feeds: ReadonlyMap<string, Array64>): ReadonlyMap<string, Array64> {
  return evaluateGraph(model.graph, feeds);
}

const in64 = (values: Values): Map<string, Array64> =>
  new Map(Object.entries(values).map(([name, value]) => [name, toArray64(value)]));

/**
 * The gradient of the gradient graph of `model` with respect to `wrt`, from random cotangents on each first gradient, on
 * every runtime, against finite differences of the gradient graph in float64.
 */
async function wrongSecondDerivatives(
  model: Model,
  feeds: Values,
  wrt: readonly string[],
  on: typeof runtimes,
): Promise<readonly string[]> {
  const values = slowValues(model, in64(feeds));
  const shapesOf = (names: Iterable<string>, known: ReadonlyMap<string, Array64>): Map<string, readonly number[]> =>
    new Map([...names].flatMap((name) => (known.has(name) ? [[name, known.get(name)!.dims] as const] : [])));
  const first = await gradientModel(
    model,
    feeds,
    wrt,
    shapesOf(
      model.graph.outputs.map(({ name }) => name),
      values,
    ),
  );
  const firstFeeds = { ...feeds, ...first.cotangents };
  const firstValues = slowValues(first.model, in64(firstFeeds));
  const gradients = [...first.gradients.values()];
  const second = await gradientModel(first.model, firstFeeds, wrt, shapesOf(gradients, firstValues));

  const cotangent = vector(
    gradients.flatMap((name) => [...(second.cotangents[`cotangent of ${name}`]!.data as Float32Array)]),
  );
  const wanted = wrt.map((name) => {
    const f = (x: Array64): Array64 => {
      const moved = slowValues(first.model, new Map([...in64(firstFeeds), [name, x]]));
      return vector(gradients.flatMap((gradient) => [...moved.get(gradient)!.data]));
    };
    return derivativesAlongDirections(f, firstValues.get(name)!, cotangent, 5);
  });
  const wrong = await Promise.all(
    on.map(async ({ name, runtime }) => {
      const session = await runtime.createSession(second.model);
      const results = await session.run({ ...firstFeeds, ...second.cotangents });
      await session.release();
      return wrt.flatMap((value, i) => {
        const gradient = toArray64(results[second.gradients.get(value)!] as Tensor);
        // Two passes' roundings add up.
        const problem = mismatch(gradient, wanted[i]!, 3e-4);
        return problem === undefined ? [] : [`${value} on ${name}: ${problem}`];
      });
    }),
  );
  return wrong.flat();
}

/** A trained network's scores as probabilities: without them a ReLU network has no second derivative by its input. */
function withSoftmax(model: Model): Model {
  const node = { op: 'Softmax', domain: '', name: 'softmax', inputs: ['logits'], outputs: ['p'], attributes: {} };
  const outputs = [{ name: 'p', type: 'float32' as const, dims: undefined }];
  return { ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, node], outputs } };
}

const networks: readonly { readonly title: string; readonly model: Model; readonly weights: readonly string[] }[] = [
  {
    title: 'a LeNet with ReLU and max pooling',
    model: networkModel(
      {
        name: 'lenet',
        input: [1, 10, 10],
        layers: [
          { type: 'conv', name: 'conv1', filters: 2, kernel: 3, activation: 'relu' },
          { type: 'maxPool', name: 'pool1', window: 2 },
          { type: 'conv', name: 'conv2', filters: 3, kernel: 3, activation: 'relu' },
          { type: 'maxPool', name: 'pool2', window: 2 },
          { type: 'flatten', name: 'flatten' },
          { type: 'dense', name: 'dense', units: 5, activation: 'none' },
        ],
      },
      3,
    ),
    weights: ['conv1.weight', 'conv2.weight', 'dense.weight'],
  },
  {
    title: 'dense layers with sigmoid',
    model: networkModel(
      {
        name: 'sigmoid_mlp',
        input: [1, 6, 6],
        layers: [
          { type: 'flatten', name: 'flatten' },
          { type: 'dense', name: 'hidden1', units: 10, activation: 'sigmoid' },
          { type: 'dense', name: 'hidden2', units: 8, activation: 'sigmoid' },
          { type: 'dense', name: 'output', units: 5, activation: 'none' },
        ],
      },
      3,
    ),
    weights: ['hidden1.weight', 'hidden2.bias', 'output.weight'],
  },
];

describe('the gradient of a gradient graph, against finite differences', () => {
  it.each(networks)('$title, by input and weights, on CPU and WASM', async ({ model, weights }) => {
    const dims = model.graph.inputs[0]!.dims!.map((dim) => (typeof dim === 'number' ? dim : 2));
    expect(
      await wrongSecondDerivatives(withSoftmax(model), { input: distinct(dims) }, ['input', ...weights], runtimes),
    ).toEqual([]);
  });

  const firstOfEach = new Map<string, OperatorCase>();
  for (const operatorCase of Object.values(families).flat().toReversed())
    firstOfEach.set(operatorCase.op, operatorCase);
  const cases = [...firstOfEach.values()].map((operatorCase) => ({ title: titleOf(operatorCase), operatorCase }));

  it.each(cases)('$title, on CPU', async ({ operatorCase }) => {
    const wrt = differentiated(operatorCase).map((i) => `x${i}`);
    const on = runtimes.filter(({ runtime }) => runtime === cpu);
    expect(await wrongSecondDerivatives(modelOf(operatorCase), feedsOf(operatorCase), wrt, on)).toEqual([]);
  });
});
