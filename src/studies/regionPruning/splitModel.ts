import type { Classifier } from '../../model/classifier.ts';
import type { Graph, Model } from '../../onnx/graph.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { together } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
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
export function splitModel(classifier: Classifier, model: Model, layer: DenseLayer): Promise<SplitModel> {
  const { runtime, inputName, scores, batchSize } = classifier;
  const { data, sums, activations, mapValue } = layer;
  const from = (value: string, width: number) => ({ ...model, graph: withInput(model.graph, value, width) });
  const needsImages = mapValue !== inputName || data !== inputName;
  return together(async (keep) => {
    const first = needsImages ? await keep(program(runtime, model, { outputs: [data], batchSize })) : undefined;
    const dense = await keep(program(runtime, from(data, layer.inputs), { outputs: [sums] }));
    const outputs = [...new Set([activations, scores.name])];
    const rest = await keep(program(runtime, from(sums, layer.units), { outputs }));
    return {
      inputs: async (images: Matrix) =>
        first ? floatOutputOf(await first.runRows({ [inputName]: images }), data) : images,
      sums: async (inputs: Matrix) => floatOutputOf(await dense.run({ [data]: inputs }), sums),
      async rest(given: Matrix, images: Matrix) {
        const values = await rest.run({ [sums]: given, [inputName]: images });
        const of = (name: string) => (name === sums ? given : floatOutputOf(values, name));
        return { activations: of(activations), scores: of(scores.name) };
      },
    };
  });
}

/** The graph with an intermediate value as an input. */
function withInput(graph: Graph, name: string, width: number): Graph {
  return {
    ...graph,
    inputs: [...graph.inputs, { name, type: 'float32', dims: ['N', width] }],
    nodes: graph.nodes.filter(({ outputs }) => !outputs.includes(name)),
  };
}
