import type { ElementType } from '../onnx/elementType.ts';
import { describeNode, type Graph, type Model, type ValueInfo } from '../onnx/graph.ts';
import { prune } from '../onnx/prune.ts';
import { UnsuitableModelError } from './errors.ts';
import { showDims } from './inputDescription.ts';

/**
 * The model with initializers as constants only: before IR 4 each is listed as an input too, with a default. What no
 * output needs is left out; ONNX Runtime refuses initializers that nothing reads.
 */
export function withConstantInitializers(model: Model): Model {
  const inputs = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name));
  const kept = inputs.map(({ name }) => name);
  return { ...model, graph: prune({ ...model.graph, inputs }, model.graph.outputs, kept) };
}

const imageTypes: readonly ElementType[] = ['float32', 'float16', 'float64', 'uint8', 'int8'];

/**
 * The one image input of a classifier: of rank 4, of real numbers or 8-bit pixels.
 * @throws UnsuitableModelError when there is none, or more inputs than one.
 */
export function findImageInput(graph: Graph): ValueInfo {
  const described = graph.inputs.map(
    ({ name, type, dims }) => `  ${name}: ${type ?? 'not a tensor'}[${showDims(dims ?? [])}]`,
  );
  const list = described.join('\n');
  const images = graph.inputs.filter(
    ({ type, dims }) => type !== undefined && imageTypes.includes(type) && dims?.length === 4,
  );
  const [image, second] = images;
  if (!image) {
    throw new UnsuitableModelError(
      `The model has no image input (4 dimensions, of real numbers or 8-bit pixels); its inputs are:\n${list || '  none'}\nkonkyo explains image classifiers; models of other inputs are out of its reach.`,
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
 * The output to explain: the only one, or the one named.
 * @throws UnsuitableModelError when there are several and none is named, or there is none of that name.
 */
export function findOutput(graph: Graph, wanted: string | undefined): string {
  const names = graph.outputs.map(({ name }) => name);
  const list = names.join(', ');
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new UnsuitableModelError(`The model has no output "${wanted}"; it has ${list}.`);
  }
  const [only, second] = names;
  if (only === undefined || second !== undefined) {
    throw new UnsuitableModelError(
      `The model has several outputs: ${list}. Say which holds the class scores with --output NAME.`,
    );
  }
  return only;
}

/** Operators of other domains than ONNX's own, for messages. */
export function customOperators(graph: Graph): string[] {
  return graph.nodes.filter(({ domain }) => domain !== '').map((node) => `${node.domain}::${describeNode(node)}`);
}
