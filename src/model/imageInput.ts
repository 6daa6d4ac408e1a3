import { type ElementType, isFloat } from '../onnx/elementType.ts';
import { describeNode, type Graph, type Model, type ValueInfo } from '../onnx/graph.ts';
import { inputOf, viewOf } from '../onnx/graphView.ts';
import { is } from '../onnx/operators.ts';
import { prune } from '../onnx/prune.ts';
import { UnsuitableModelError } from './errors.ts';
import { showDims } from './inputDescription.ts';
import { decidingNode } from './onlyDecided.ts';

/**
 * The model with initializers as constants only: before IR 4 each is listed as an input too, with a default. What no
 * output needs is left out; ONNX Runtime refuses initializers that nothing reads.
 */
export function withConstantInitializers(model: Model): Model {
  const inputs = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name));
  const kept = inputs.map(({ name }) => name);
  return { ...model, graph: prune({ ...model.graph, inputs }, model.graph.outputs, kept) };
}

const imageTypes: readonly ElementType[] = [
  ...(['float32', 'float16', 'float64'] as const),
  ...(['uint8', 'int8', 'uint16', 'int16', 'int32', 'int64'] as const),
];

/** Whether pixels may be of this type. */
export function isImageType(type: ElementType | undefined): boolean {
  return type !== undefined && imageTypes.includes(type);
}

/**
 * The one image input of a classifier: of rank 4, of real numbers or 8-bit pixels.
 * @throws UnsuitableModelError when there is none, or more inputs than one.
 */
export function findImageInput(graph: Graph): ValueInfo {
  const described = graph.inputs.map(
    ({ name, type, dims }) => `  ${name}: ${type ?? 'not a tensor'}[${showDims(dims ?? [])}]`,
  );
  const list = described.join('\n');
  const images = graph.inputs.filter(({ type, dims }) => isImageType(type) && dims?.length === 4);
  const [image, second] = images;
  if (!image) {
    throw new UnsuitableModelError(
      `The model has no image input (real numbers or pixels, of 4 dimensions or, where it is the only input, fewer); its inputs are:\n${list || '  none'}\nkonkyo explains image classifiers; models of other inputs are out of its reach.`,
    );
  }
  if (second) {
    throw new UnsuitableModelError(
      `The model has several image inputs:\n${list}\nkonkyo explains one image at a time: make the others constants, or export the model with one input.`,
    );
  }
  if (graph.inputs.length > 1) {
    throw new UnsuitableModelError(
      `Beside the image "${image.name}" the model has other inputs:\n${list}\nMake them constants (initializers) and try again.`,
    );
  }
  return image;
}

/**
 * The output to explain: the one named, which may be a value inside the model; else the only one that has scores. Where one
 * output is computed from the others by a softmax or sigmoid, it stands for all.
 * @throws UnsuitableModelError when there are several and none is named, or there is none of that name.
 */
export function findOutput(graph: Graph, wanted: string | undefined): string {
  const { outputs } = graph;
  const list = outputs.map(({ name }) => name).join(', ');
  if (wanted !== undefined) {
    const isValue = viewOf(graph).maker(wanted) !== undefined;
    if (isValue || outputs.some(({ name }) => name === wanted)) return wanted;
    throw new UnsuitableModelError(
      `The model has no output "${wanted}"; it has ${list}. (Values inside of it may be named too.)`,
    );
  }
  const [only, another] = outputs;
  if (only && !another) return only.name;
  const withScores = outputs.filter(({ name, type }) => isFloat(type) && !decidingNode(graph, name));
  const names = withScores.map(({ name }) => name);
  const last = names.find((name) => {
    const before = valuesBefore(graph, name);
    return names.every((other) => before.includes(other));
  });
  if (last !== undefined) return last;
  throw new UnsuitableModelError(
    `The model has several outputs: ${list}. Say which holds the class scores with --output NAME.`,
  );
}

/** The values that an output is a rearrangement, softmax or sigmoid of, itself among them. */
function valuesBefore(graph: Graph, output: string): readonly string[] {
  const { maker } = viewOf(graph);
  const values = [output];
  for (let node = maker(output); node && is(node, 'reshape', 'probability'); ) {
    const before = inputOf(node, 0);
    values.push(before);
    node = maker(before);
  }
  return values;
}

/**
 * The operators of other domains than ONNX's own that a runtime says it does not know: those of the domain that its message
 * names. ONNX Runtime names the first one only.
 */
export function unknownOperators(graph: Graph, message: string): string[] {
  if (!/is not a registered function|No opset import for domain/.test(message)) return [];
  const others = graph.nodes.filter(({ domain }) => domain !== '' && message.includes(domain));
  return others.map((node) => `${node.domain}::${describeNode(node)}`);
}
