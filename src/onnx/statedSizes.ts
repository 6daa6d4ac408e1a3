import { InvalidModelError } from './errors.ts';
import type { Graph, Node } from './graph.ts';
import { subgraphs } from './graph.ts';
import { viewOf } from './graphView.ts';
import { type Constants, noConstants, numbersOf, shortConstants } from './shortConstants.ts';

/** A node whose output has a size that is written into the model, and has nothing to do with the size of the image. */
interface StatedSize {
  readonly node: Node;
  /** At least so many elements. */
  readonly elements: number;
}

/** A Loop that goes round so often, whatever the image is. */
interface StatedLoop {
  readonly node: Node;
  readonly iterations: number;
}

interface Stated {
  readonly sizes: readonly StatedSize[];
  readonly loops: readonly StatedLoop[];
}

/** Sizes and numbers of iterations that can be read off a graph and its subgraphs before anything is run. */
export function statedSizes(graph: Graph, outer: Constants = noConstants): Stated {
  const constants = shortConstants(graph, outer);
  const sizes: StatedSize[] = [];
  const loops: StatedLoop[] = [];
  for (const node of graph.nodes) {
    const elements = elementsOf[node.op]?.(node, constants);
    if (elements !== undefined && elements > 1) sizes.push({ node, elements });
    const iterations = node.op === 'Loop' ? iterationsOf(node, constants) : undefined;
    if (iterations !== undefined) loops.push({ node, iterations });
    for (const inner of subgraphs(node)) {
      const stated = statedSizes(inner, constants);
      sizes.push(...stated.sizes);
      loops.push(...stated.loops);
    }
  }
  return { sizes, loops };
}

/** The product of a shape or of scales; nothing where there are none. */
function product(numbers: readonly number[] | undefined): number | undefined {
  return numbers && numbers.length > 0 ? numbers.reduce((sum, number) => sum * number, 1) : undefined;
}

const ints = (node: Node, name: string) => {
  const numbers = numbersOf(node.attributes[name]);
  return numbers && numbers.length > 0 ? numbers : undefined;
};

type Elements = (node: Node, constants: Constants) => number | undefined;

/** One number that is the size. */
const size: (input: number) => Elements = (input) => (node, constants) => constants(node.inputs[input])?.[0];
/** A whole shape. */
const shape: (input: number) => Elements = (input) => (node, constants) => product(constants(node.inputs[input]));
const shapeAttribute: (name: string) => Elements = (name) => (node) => product(ints(node, name));

/**
 * The least that each of these makes, where every dimension that is not known is 1. Of convolutions it is what padding,
 * dilation and output_padding say.
 */
const elementsOf: Readonly<Record<string, Elements | undefined>> = {
  ConstantOfShape: shape(0),
  Expand: shape(1),
  Tile: shape(1),
  OneHot: size(1),
  Range: ({ inputs }, constants) => {
    const [start, limit, delta] = inputs.map((name) => constants(name)?.[0]);
    return start === undefined || limit === undefined ? undefined : Math.ceil((limit - start) / (delta ?? 1));
  },
  Pad: (node, constants) => padded(constants(node.inputs[1]) ?? ints(node, 'pads') ?? ints(node, 'paddings')),
  Resize: (node, constants) =>
    product(constants(node.inputs[3]) ?? constants(node.inputs[node.inputs.length === 2 ? 1 : 2])),
  Upsample: (node, constants) => product(constants(node.inputs[1]) ?? ints(node, 'scales')),
  RandomNormal: shapeAttribute('shape'),
  RandomUniform: shapeAttribute('shape'),
  HannWindow: size(0),
  HammingWindow: size(0),
  BlackmanWindow: size(0),
  MelWeightMatrix: size(0),
  DFT: size(1),
  AffineGrid: shape(1),
  CenterCropPad: shape(1),
  Col2Im: shape(1),
  MaxUnpool: shape(2),
  Conv: (node) => convolved(node, (pads, kernel, stride) => Math.floor((1 + pads - kernel) / stride) + 1),
  ConvTranspose: (node) =>
    product(ints(node, 'output_shape')) ?? convolved(node, (pads, kernel, _, more) => kernel + more - pads),
};

function padded(pads: readonly number[] | undefined): number | undefined {
  if (!pads) return undefined;
  const axes = pads.length / 2;
  return product(Array.from({ length: axes }, (_, i) => Math.max(0, 1 + (pads[i] ?? 0) + (pads[i + axes] ?? 0))));
}

function convolved(
  node: Node,
  length: (pads: number, kernel: number, stride: number, outputPadding: number) => number,
): number | undefined {
  const [pads, dilations, strides, more] = ['pads', 'dilations', 'strides', 'output_padding'].map((name) =>
    ints(node, name),
  );
  const kernels = ints(node, 'kernel_shape');
  const axes = kernels?.length ?? (pads ? pads.length / 2 : (dilations ?? more)?.length);
  if (axes === undefined) return undefined;
  return product(
    Array.from({ length: axes }, (_, i) => {
      const kernel = ((kernels?.[i] ?? 1) - 1) * (dilations?.[i] ?? 1) + 1;
      const around = (pads?.[i] ?? 0) + (pads?.[i + axes] ?? 0);
      return Math.max(1, length(around, kernel, strides?.[i] ?? 1, more?.[i] ?? 0));
    }),
  );
}

/** Of a Loop that nothing in it can end: as often as its first input says. Others may end any time. */
function iterationsOf(node: Node, constants: Constants): number | undefined {
  const [body] = subgraphs(node);
  if (!body) throw new InvalidModelError(`The Loop "${node.name}" has no body: the file is damaged.`);
  const [trips, start] = node.inputs;
  const count = trips === undefined || trips === '' ? Number.POSITIVE_INFINITY : constants(trips)?.[0];
  const begins = start === undefined || start === '' ? 1 : constants(start)?.[0];
  if (count === undefined || begins !== 1) return undefined;
  return goesOn(body, constants) ? count : undefined;
}

/** Whether the body's condition, its first output, is always true, or what it was before. */
function goesOn(body: Graph, outer: Constants): boolean {
  let name = body.outputs[0]?.name;
  const made = () => (name === undefined ? undefined : viewOf(body).maker(name));
  for (let node = made(); node?.op === 'Identity'; node = made()) name = node.inputs[0];
  return name === body.inputs[1]?.name || shortConstants(body, outer)(name)?.[0] === 1;
}
