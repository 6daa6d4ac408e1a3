import { intOf } from './attributes.ts';
import { type BatchPlace, type BatchPlaces, batchPlacesOf } from './batchAxis.ts';
import { allocate, isNumeric } from './elementType.ts';
import { type Facts, shapeOnlyNames } from './facts.ts';
import { type Graph, type Node, reads, type ValueInfo } from './graph.ts';
import { GraphBuilder } from './graphBuilder.ts';
import { inputOf, outputOf } from './graphView.ts';
import { is } from './operators.ts';
import { sizeOf, type Tensor, toNumbers } from './tensor.ts';

/**
 * Frees a batch dimension that a model spells out: its inputs and outputs get a symbolic first dimension. Values that depend
 * on the image are followed with the axis their images lie along, also beside windows or heads ([images windows, ...]): the
 * constant targets of Reshape and Expand leave that axis open, and constants with a row for each image have as many rows as
 * there are images where they meet such values. What depends on no image stays. Whether the result really treats the images
 * of a batch apart has to be proved by running it.
 * @param batch the batch size the model was made for; `facts` are of a run at that size.
 * @param input the image input, whose first dimension is the batch.
 */
export function freeBatch(graph: Graph, input: string, batch: number, facts: Facts): Graph {
  const free = (value: ValueInfo): ValueInfo => {
    const dims = facts.get(value.name)?.dims;
    const [first, ...rest] = dims ?? [];
    if (first !== batch) return value;
    return { name: value.name, type: facts.get(value.name)?.type, dims: ['batch', ...rest] };
  };
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'batch');
  const places = new Map<string, BatchPlace>([[input, { axis: 0, repeats: 1 }]]);
  const ofImage = new Set([input]);
  // A free batch is written into targets that are computed already; in others it may be spelt out among what is computed.
  const isSpelt = graph.inputs.some(({ name, dims }) => name === input && typeof dims?.[0] === 'number');
  const ofShapes = isSpelt ? shapeOnlyNames(graph) : new Set<string>();
  for (const node of graph.nodes) {
    const depends = reads(node).some((name) => ofImage.has(name));
    builder.append(depends ? freed(node, { builder, input, batch, facts, places, ofShapes }) : node);
    if (!depends) continue;
    for (const output of node.outputs) ofImage.add(output);
    for (const [output, place] of batchPlacesOf(node, places, facts)) places.set(output, place);
  }
  const result = builder.build(graph.outputs.map(free));
  return { ...result, inputs: graph.inputs.map((value) => (value.name === input ? free(value) : value)) };
}

interface Freeing {
  readonly builder: GraphBuilder;
  readonly input: string;
  readonly batch: number;
  readonly facts: Facts;
  readonly places: BatchPlaces;
  /** Targets that are computed from shapes, and may have the batch size in them. */
  readonly ofShapes: ReadonlySet<string>;
}

/** A node that reads what depends on the image, without the batch size in it. */
function freed(node: Node, freeing: Freeing): Node {
  if (node.domain !== '') return node;
  if (node.op === 'Reshape') return freeReshape(node, freeing);
  if (node.op === 'Expand') return freeExpand(node, freeing);
  const [[, place] = []] = batchPlacesOf(node, freeing.places, freeing.facts);
  if (place === undefined || place.repeats > 1) return node;
  const { axis } = place;
  if (node.op === 'Concat') {
    const along = intOf(node, 'axis', 0);
    const rank = rankOf(node, freeing);
    return (along < 0 ? along + rank : along) === axis ? node : withRows(node, freeing, axis, rank, true);
  }
  if (is(node, 'recurrent')) return withRows(node, freeing, 1, 3, true);
  return freeing.batch > 1 && is(node, 'broadcasting')
    ? withRows(node, freeing, axis, rankOf(node, freeing), false)
    : node;
}

function rankOf(node: Node, { facts }: Freeing): number {
  return facts.get(outputOf(node))?.dims.length ?? 0;
}

function freeReshape(node: Node, { builder, batch, facts, places, ofShapes }: Freeing): Node {
  const [data, targetName] = [inputOf(node, 0), inputOf(node, 1)];
  const target = facts.get(targetName)?.constant;
  if (!target && !ofShapes.has(targetName)) return node;
  const raw = target ? toNumbers(target) : [];
  const dims = facts.get(outputOf(node))?.dims ?? [];
  const [[, found] = []] = batchPlacesOf(node, places, facts);
  if (found === undefined) {
    // It is not known where the images lie: a target that begins with the batch most likely has them there.
    const [first, ...rest] = raw;
    if (places.has(data) || first !== batch || rest.length === 0) return node;
    return withTarget(node, builder.ints([rest.includes(-1) ? 0 : -1, ...rest]));
  }
  const { axis, repeats } = found;
  const copies = raw[axis] === 0 && axis === places.get(data)?.axis && intOf(node, 'allowzero', 0) === 0;
  if (raw[axis] === -1 || copies || (dims[axis] ?? 0) % (repeats * batch) !== 0) return node;
  return withTarget(node, builder.ints(dims.map((size, i) => (i === axis ? -1 : size))));
}

/** Expand broadcasts both ways: 1 leaves a size as it is. */
function freeExpand(node: Node, { builder, facts, places, batch }: Freeing): Node {
  const target = facts.get(inputOf(node, 1))?.constant;
  const [[, found] = []] = batchPlacesOf(node, places, facts);
  if (!target || !found) return node;
  const numbers = toNumbers(target);
  const rank = facts.get(outputOf(node))?.dims.length ?? 0;
  const at = found.axis - (rank - numbers.length);
  if (numbers[at] !== found.repeats * batch) return node;
  return withTarget(node, builder.ints(numbers.map((size, i) => (i === at ? 1 : size))));
}

function withTarget(node: Node, target: string): Node {
  return { ...node, inputs: node.inputs.map((name, i) => (i === 1 ? target : name)) };
}

/**
 * The node with its constant inputs that have `batch` equal rows along an axis (of values of rank `rank`, aligned at the
 * last) having one row, which broadcasts, or as many as there are images.
 */
function withRows(node: Node, freeing: Freeing, axis: number, rank: number, each: boolean): Node {
  const { builder, input, batch, facts } = freeing;
  const inputs = node.inputs.map((name) => {
    const constant = facts.get(name)?.constant;
    const at = axis - (rank - (constant?.dims.length ?? 0));
    if (!constant || at < 0 || constant.dims[at] !== batch) return name;
    const row = oneRow(constant, at);
    if (row === undefined) return name;
    const single = batch === 1 ? name : builder.constant(row, 'row');
    if (!each) return single;
    const count = builder.add('Shape', [input], { start: 0, end: 1 });
    const ones = (length: number) => builder.ints(Array.from({ length }, () => 1));
    const sizes = [
      ...(at > 0 ? [ones(at)] : []),
      count,
      ...(at + 1 < constant.dims.length ? [ones(constant.dims.length - at - 1)] : []),
    ];
    return builder.ops.Expand(single, sizes.length === 1 ? count : builder.add('Concat', sizes, { axis: 0 }));
  });
  return { ...node, inputs };
}

/** The row along an axis of which all are copies; undefined where they differ. */
function oneRow({ type, dims, data }: Tensor, axis: number): Tensor | undefined {
  if (!isNumeric(type)) return undefined;
  const count = dims[axis] ?? 1;
  const inner = sizeOf(dims.slice(axis + 1));
  const outer = sizeOf(dims.slice(0, axis));
  const row = allocate(type, outer * inner);
  const elements: Record<number, unknown> = row;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = data[o * count * inner + i];
      for (let k = 1; k < count; k++) if (data[(o * count + k) * inner + i] !== first) return undefined;
      elements[o * inner + i] = first;
    }
  }
  return { type, dims: dims.map((size, i) => (i === axis ? 1 : size)), data: row };
}
