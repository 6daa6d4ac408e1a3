import { isFloat } from '../onnx/elementType.ts';
import { describeNode, type Graph, type Model, type Node } from '../onnx/graph.ts';
import { nonTensorNames } from '../onnx/nonTensors.ts';
import { prune } from '../onnx/prune.ts';
import { UnsuitableModelError } from './errors.ts';

/** A model whose outputs may be scores, and the class names that were found at its end. */
export interface TensorOutputs {
  readonly model: Model;
  readonly classes?: readonly string[];
}

/**
 * The model without what comes after its scores: ZipMap, which makes a dictionary of them, is stepped over (the output
 * keeps its name; the dictionary's keys are the class names), and outputs of labels are left out. So end the files of
 * scikit-learn, Core ML and Azure Custom Vision.
 * @throws UnsuitableModelError where every output is a sequence, an optional or a map of something else.
 */
export function tensorOutputs(model: Model): TensorOutputs {
  const zipped = model.graph.nodes.filter(isZipMap);
  const nodes = model.graph.nodes.map((node) =>
    isZipMap(node) ? { ...node, op: 'Identity', domain: '', attributes: {} } : node,
  );
  const scores = new Set(zipped.flatMap(({ outputs }) => outputs));
  const declared = model.graph.outputs.map((value) =>
    scores.has(value.name) ? { name: value.name, type: 'float32' as const, dims: undefined } : value,
  );
  const graph: Graph = {
    ...model.graph,
    nodes,
    outputs: declared,
    valueInfo: model.graph.valueInfo.filter(({ name }) => !scores.has(name)),
  };
  const others = nonTensorNames(graph);
  const tensors = declared.filter(({ name }) => !others.has(name));
  const makers = graph.nodes.filter(({ outputs }) => outputs.some((name) => others.has(name)));
  if (tensors.length === 0 && declared.length > 0) {
    throw new UnsuitableModelError(
      `The model's outputs (${declared.map(({ name }) => name).join(', ')}) are sequences, optionals or maps, made by ${makers.map(describeNode).join(', ')}. Export the model with a tensor of class scores as output.`,
    );
  }
  // Labels of the predicted class are strings or whole numbers; where there are scores they are not what is meant.
  const real = tensors.filter(({ type }) => isFloat(type));
  const outputs = real.length > 0 ? real : tensors;
  const classes = zipped.map(classesOf).find((names) => names !== undefined);
  if (zipped.length === 0 && outputs.length === model.graph.outputs.length) return { model };
  const kept = graph.inputs.map(({ name }) => name);
  return { model: { ...model, graph: prune(graph, outputs, kept) }, ...(classes ? { classes } : {}) };
}

function isZipMap({ op, domain }: Node): boolean {
  return op === 'ZipMap' && domain === 'ai.onnx.ml';
}

function classesOf({ attributes }: Node): readonly string[] | undefined {
  const [names, numbers] = [attributes.classlabels_strings, attributes.classlabels_int64s];
  if (names?.type === 'strings' && names.value.length > 0) return names.value;
  return numbers?.type === 'ints' && numbers.value.length > 0 ? numbers.value.map(String) : undefined;
}
