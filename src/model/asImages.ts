import type { Model, ValueInfo } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { renameValues } from '../onnx/renameValues.ts';
import { isImageType } from './imageInput.ts';
import type { InputDescription, InputSettings } from './inputDescription.ts';
import { findKind, type InputKind } from './inputKind.ts';
import { arrangeNumbers } from './numberArrangement.ts';
import { arrangePixels } from './pixelArrangement.ts';

/** A model whose image input has four dimensions, and what was done for that. */
interface AsImages {
  readonly model: Model;
  readonly kind: InputKind;
  readonly notes: readonly string[];
  /** What was assumed of it, to be read before any result. */
  readonly assumptions: readonly string[];
  /** Where the channels of a signal lie in its four dimensions. */
  readonly layout?: 'NCHW' | 'NHWC';
  /** The shape that one image had, where it had fewer dimensions. */
  readonly inFile?: ValueInfo['dims'];
}

/**
 * A model of images with fewer than four dimensions, of signals or tables as one that takes [n, c, h, w] or [n, h, w, c] under the
 * same name: a Reshape before it gives it what it took. A model of one image without a batch dimension gives [1, ...] for what it gave.
 * Other models are given back as they are.
 * @param isNumbers true where a CSV file is explained, false where pictures are.
 * @throws UnsuitableModelError, InputDescriptionError where it cannot be told how the input is an image.
 */
export function asImages(
  model: Model,
  settings: InputSettings,
  outputs: readonly string[],
  isNumbers?: boolean,
): AsImages {
  const { graph } = model;
  const [input, other] = graph.inputs;
  const rank = input?.dims?.length ?? 0;
  if (!input || other || !isImageType(input.type) || rank < 1 || rank > 3) {
    return { model, kind: settings.kind ?? 'image', notes: [], assumptions: [] };
  }
  const given = graph.outputs.filter(({ name }) => outputs.includes(name));
  const batchless = rank === 1 || isOneImage(input, given[0]);
  const sample = (batchless ? input.dims : input.dims?.slice(1)) ?? [];
  const { kind, because } = findKind(graph, input, sample, settings, isNumbers);
  const numbers =
    kind === 'image'
      ? undefined
      : arrangeNumbers(graph, kind, input, settings, batchless ? 1 : input.dims?.[0], sample);
  const { dims, note } = numbers ?? arrangePixels(input, settings, batchless);

  const builder = new GraphBuilder({ ...graph, inputs: [], nodes: [] }, 'image');
  const flat = builder.fresh(input.name);
  const results = new Map(batchless ? outputs.map((name) => [name, builder.fresh(name)] as const) : []);
  const named = (name: string) => (name === input.name ? flat : (results.get(name) ?? name));
  const reshape = (from: string, to: string, shape: readonly number[]) =>
    builder.append({
      op: 'Reshape',
      domain: '',
      name: builder.fresh('Reshape'),
      inputs: [from, builder.ints(shape)],
      outputs: [to],
      attributes: {},
    });
  reshape(input.name, flat, ownShape(input, settings, batchless));
  for (const node of graph.nodes) builder.append(renameValues(node, named));
  for (const [name, result] of results) reshape(result, name, [1, -1]);
  const declared = graph.outputs.map((value) =>
    results.has(value.name) ? { name: value.name, type: value.type } : value,
  );
  const image = { name: input.name, type: input.type, dims };
  return {
    model: { ...model, graph: { ...builder.build(declared), inputs: [image] } },
    kind,
    notes: [note],
    assumptions:
      because === undefined ? [] : [`${note} That is assumed, as ${because}; if it is wrong, say so with --kind.`],
    layout: numbers?.layout,
    inFile: sample,
  };
}

/** The input's declared shape as a Reshape's target: 0 keeps the batch, -1 is what is left, and a second open size was given. */
function ownShape({ dims = [] }: ValueInfo, { size }: InputSettings, batchless: boolean): readonly number[] {
  const image = (batchless ? dims : dims.slice(1)).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : -1));
  const width = typeof size === 'number' ? size : (size?.[1] ?? -1);
  const bothOpen = image.filter((dim) => dim < 0).length > 1;
  const sizes = bothOpen ? [...image.slice(0, -1), width] : image;
  return batchless ? sizes : [0, ...sizes];
}

/** Whether the first dimension is of the image: it is fixed, and the output has not as many rows. */
function isOneImage({ dims = [] }: ValueInfo, output: ValueInfo | undefined): boolean {
  const [first] = dims;
  const [rows, ...rest] = output?.dims ?? [];
  if (typeof first !== 'number' || first <= 1 || typeof rows !== 'number' || rows === first) return false;
  return rest.length === 0 || rows === 1;
}

/** The shape that one image had, with the sizes that the model leaves open. */
export function shapeInFile(dims: NonNullable<ValueInfo['dims']>, input: InputDescription): readonly number[] {
  const { height, width, channels } = input;
  const [first, second] = dims;
  const known = dims.filter((dim) => typeof dim === 'number' && dim > 0);
  if (known.length === dims.length) return known as readonly number[];
  if (dims.length === 1) return [channels * height * width];
  if (dims.length === 2 && known.length === 0) return [height, width];
  const other = typeof first === 'number' ? first : Number(second);
  const rest = (channels * height * width) / other;
  return typeof first === 'number' ? [first, rest] : [rest, other];
}
