import { isKonkyoError } from '../../src/konkyoError.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { attributes, float } from '../../src/onnx/attributes.ts';
import type { Graph, Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { random } from '../../src/random/random.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { randomModel } from './randomGraphs.ts';

/** What is added to the scores of a valid model, so that they are not a function of the image alone. */
type Spoiler = (builder: GraphBuilder, scores: string) => string;

const spoilers: Readonly<Record<string, Spoiler>> = {
  'noise of a normal distribution': (b, y) => b.ops.Add(y, b.add('RandomNormalLike', [y], { scale: float(0.1) })),
  'uniform noise': (b, y) => b.ops.Mul(y, b.add('RandomUniformLike', [y], { low: float(0.5) })),
  'coin tosses': (b, y) => b.ops.Mul(y, b.add('Bernoulli', [b.ops.Sigmoid(y)])),
  'dropout in training': (b, y) =>
    b.add('Dropout', [y, b.scalar(0.5), b.constant(tensor('bool', [], Uint8Array.of(1)))]),
  'the mean of the batch': (b, y) => b.ops.Sub(y, b.add('ReduceMean', [y, b.ints([0])])),
  'the largest of the batch': (b, y) => b.ops.Div(y, b.ops.Add(b.scalar(1), b.ops.Abs(b.add('ReduceMax', [y])))),
  'softmax over the batch': (b, y) => b.add('Softmax', [y], { axis: 0 }),
  'the images before': (b, y) => b.add('CumSum', [y, b.int(0)]),
  'a branch that all images share': (b, y) => {
    const condition = b.ops.Greater(b.add('ReduceMax', [y], { keepdims: 0 }), b.scalar(0.5));
    return b.add('If', [condition], {
      then_branch: { type: 'graph', value: branch(y, 'Neg') },
      else_branch: { type: 'graph', value: branch(y, 'Identity') },
    });
  },
};

function branch(outer: string, op: string): Graph {
  const output = `${op} of the scores`;
  return {
    ...emptyGraph(op),
    nodes: [{ op, domain: '', name: op, inputs: [outer], outputs: [output], attributes: attributes({}) }],
    outputs: [{ name: output, type: 'float32', dims: undefined }],
  };
}

/** A random model that must not be taken for a function of one image, and what is wrong with it. */
export function hostileModel(seed: number): { readonly model: Model; readonly what: string } {
  const { model } = randomModel(seed);
  const names = Object.keys(spoilers);
  const what = names[random(seed).index(names.length)]!;
  const builder = new GraphBuilder(model.graph, 'spoiled');
  const y = spoilers[what]!(builder, model.graph.outputs[0]!.name);
  return { model: { ...model, graph: builder.build([{ name: y, type: 'float32', dims: undefined }]) }, what };
}

/** Whether such a model is refused, or run one image at a time; what was accepted silently, or crashed. */
export async function acceptedSilently(seed: number, runtime: Runtime): Promise<string | undefined> {
  const { model, what } = hostileModel(seed);
  try {
    const classifier = await loadClassifier(writeModel(model), { runtime });
    await classifier.release();
    return classifier.preparation.batched ? `${what}: accepted` : undefined;
  } catch (error) {
    return isKonkyoError(error) ? undefined : `${what}: ${String(error)}`;
  }
}
