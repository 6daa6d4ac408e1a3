import { type Classifier, runBatches } from '../classifier/classifier.ts';
import type { Graph, Model } from '../onnx/graph.ts';
import { prune } from '../onnx/prune.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { floatOutputOf, type Session } from '../runtime/runtime.ts';
import type { DenseLayer } from './denseLayer.ts';

type Matrix = Tensor<'float32'>;

/** A model taken apart at a dense layer, so that what one unit sees can be changed and the rest left as it is. */
export interface SplitModel {
  /** Model input [n, ...] -> what the layer takes, [n, inputs]. */
  inputs(images: Matrix): Promise<Matrix>;
  /** [n, inputs] -> W x + b, [n, units]. */
  sums(inputs: Matrix): Promise<Matrix>;
  /** [n, units] -> activations [n, units] and class scores [n, classes]. `images` for what goes around the layer. */
  rest(sums: Matrix, images: Matrix): Promise<{ readonly activations: Matrix; readonly scores: Matrix }>;
  release(): Promise<void>;
}

/** @param model the classifier's, or the same with other weights. */
export async function splitModel(classifier: Classifier, model: Model, layer: DenseLayer): Promise<SplitModel> {
  const { runtime, inputName, scores, batchSize } = classifier;
  const { data, sums, activations, mapValue } = layer;
  const { graph } = model;
  const open = (parts: Graph) => runtime.createSession({ ...model, graph: parts });
  const needsImages = mapValue !== inputName || data !== inputName;
  const first = needsImages ? await open(outputsOf(graph, [data])) : undefined;
  const dense = await open(outputsOf(withInput(graph, data, layer.inputs), [sums]));
  const restGraph = outputsOf(withInput(graph, sums, layer.units), [...new Set([activations, scores.name])]);
  const rest = await open(restGraph);
  const takesImages = restGraph.inputs.some(({ name }) => name === inputName);
  const sessions: readonly Session[] = [...(first ? [first] : []), dense, rest];
  return {
    async inputs(images) {
      if (!first) return images;
      const values = await runBatches(first, batchSize, images.dims[0] ?? 0, { [inputName]: images }, [data]);
      return floatOutputOf(Object.fromEntries(values), data);
    },
    sums: async (inputs) => floatOutputOf(await dense.run({ [data]: inputs }), sums),
    async rest(given, images) {
      const values = await rest.run({ [sums]: given, ...(takesImages ? { [inputName]: images } : {}) });
      const of = (name: string) => (name === sums ? given : floatOutputOf(values, name));
      return { activations: of(activations), scores: of(scores.name) };
    },
    async release() {
      for (const session of sessions) await session.release();
    },
  };
}

function outputsOf(graph: Graph, names: readonly string[]): Graph {
  return prune(
    graph,
    names.map((name) => ({ name, type: undefined, dims: undefined })),
  );
}

/** The graph with an intermediate value as an input. */
function withInput(graph: Graph, name: string, width: number): Graph {
  return {
    ...graph,
    inputs: [...graph.inputs, { name, type: 'float32', dims: ['N', width] }],
    nodes: graph.nodes.filter(({ outputs }) => !outputs.includes(name)),
  };
}
