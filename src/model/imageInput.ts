import type { ElementType } from '../onnx/elementType.ts';
import type { Graph, Model, ValueInfo } from '../onnx/graph.ts';
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

const imageTypes: readonly ElementType[] = [
  ...(['float32', 'float16', 'float64'] as const),
  ...(['uint8', 'int8', 'uint16', 'int16', 'int32', 'int64'] as const),
];

/** Whether pixels may be of this type. */
export function isImageType(type: ElementType | undefined): boolean {
  return type !== undefined && imageTypes.includes(type);
}

/**
 * The one input of a classifier that has been brought to the form of images: of rank 4, of real numbers or 8-bit pixels.
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
      `The model has no image input (real numbers or pixels, of 4 dimensions or, where it is the only input, fewer); its inputs are:\n${list || '  none'}\nOf several inputs, give an .npz file with an array for each, and say with --input NAME which is explained. Text is out of konkyo's reach.`,
    );
  }
  if (second) {
    throw new UnsuitableModelError(
      `The model has several image inputs:\n${list}\nkonkyo explains one image at a time: make the others constants, or give an .npz file with an array for each input; --input NAME says which is explained.`,
    );
  }
  if (graph.inputs.length > 1) {
    throw new UnsuitableModelError(
      `Beside the image "${image.name}" the model has other inputs:\n${list}\nMake them constants (initializers), give an .npz file with an array for each input, or those that are held with --with FILE.npz.`,
    );
  }
  return image;
}
