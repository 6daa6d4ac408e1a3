import { intOf, stringOf } from '../../onnx/attributes.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { dataInputs, isPermutation, type Known } from './permutation.ts';

/*
 * What a file does to pixels before its first trained layer: scale and offset, channels in another order, borders, another
 * size. A layer with a bias keeps the bias's part of the relevance; here that would make the map depend on where the pixels'
 * zero lies, and blow up where offset and pixel cancel. So relevance goes through such maps to the pixels that each element
 * is made of, and a network has the same map with its normalisation inside of the file or outside.
 */

/**
 * How elements are made of pixels:
 * - `element`: each is a function of one pixel, in the same place;
 * - `permutation`: of one pixel each, by a convolution or matrix product that has no other weights;
 * - `mean`: each is a weighted mean of pixels, of weights that are the same for every image;
 * - `moved`: rearranged, the largest of several, or a sum of them.
 */
export type PixelMap = 'element' | 'permutation' | 'mean' | 'moved';

interface Context extends Known {
  /** The graph input with the pixels. */
  readonly input: string;
}

/** The nodes between the pixels and the first trained layers, by what they do to pixels. */
export function pixelMaps({ nodes }: Graph, context: Context): ReadonlyMap<Node, PixelMap> {
  const found = new Map<Node, PixelMap>();
  // What each value made of pixels is, element by element, a function of: x + x and x sigmoid(x) are functions of x.
  const sources = new Map([[context.input, context.input]]);
  for (const node of nodes) {
    const data = dataInputs(node, context);
    const read = new Set(data.map((i) => sources.get(inputOf(node, i))));
    if (read.size === 0 || read.has(undefined)) continue;
    const map = mapOf(node, data, read.size === 1, context);
    if (!map) continue;
    found.set(node, map);
    const [source] = map === 'element' || is(node, 'renaming') ? read : [];
    for (const output of node.outputs) if (context.isData(output)) sources.set(output, source ?? output);
  }
  return found;
}

function mapOf(node: Node, data: readonly number[], hasOneSource: boolean, context: Context): PixelMap | undefined {
  const { op, domain } = node;
  const isOfFirst = data.length === 1 && data[0] === 0;
  if (domain !== '') return undefined;
  if (hasOneSource && isElementwise(node, data)) return 'element';
  if (op === 'BatchNormalization') return isOfFirst && isAtInference(node) ? 'element' : undefined;
  if (is(node, 'convolution', 'matrix product')) return isPermutation(node, context) ? 'permutation' : undefined;
  if (op === 'AveragePool' || op === 'Resize') return isOfFirst ? 'mean' : undefined;
  return is(node, 'rearrangement', 'selection', 'sum') || overwrites(node) ? 'moved' : undefined;
}

/** Elementwise functions of as many values as are given: of one, and constants, they are a sum, or a clip. */
const ofAnyNumber: ReadonlySet<string> = new Set(['Sum', 'Mean', 'Max', 'Min']);

function isElementwise(node: Node, data: readonly number[]): boolean {
  if (is(node, 'arithmetic') || ofAnyNumber.has(node.op)) return true;
  return (is(node, 'elementwise') && data.length === 1) || isScalingEinsum(node, data);
}

/** Whether an Einsum only multiplies: `nchw,c->nchw`, where data keeps its axes and constants bring no others. */
export function isScalingEinsum(node: Node, data: readonly number[]): boolean {
  if (node.op !== 'Einsum' || data.length !== 1) return false;
  const [left = '', right] = stringOf(node, 'equation', '').replaceAll(' ', '').split('->');
  return left
    .split(',')
    .every((term, i) =>
      data.includes(i) ? term === right : [...term].every((axis) => axis !== '.' && right?.includes(axis)),
    );
}

function isAtInference(node: Node): boolean {
  return intOf(node, 'training_mode', 0) === 0 && node.outputs.slice(1).every((name) => name === '');
}

/** Writes some elements over with others: what `image[:, 0] = ...` becomes. */
export function overwrites(node: Node): boolean {
  const { op, domain } = node;
  const scatters = domain === '' && (op === 'ScatterElements' || op === 'ScatterND');
  return scatters && stringOf(node, 'reduction', 'none') === 'none';
}
