import { intOf, stringOf } from '../../../onnx/attributes.ts';
import type { Facts } from '../../../onnx/facts.ts';
import { describeNode, type Graph, type Node } from '../../../onnx/graph.ts';
import { GraphBuilder } from '../../../onnx/graphBuilder.ts';
import { inputOf, optionalInputOf } from '../../../onnx/graphView.ts';
import { toNumbers } from '../../../onnx/tensor.ts';
import { type Activation, activationsOf } from './activationFunctions.ts';
import { type CellKind, cellKinds, type State } from './cells.ts';

/** Longer layers, counted over both directions, would make graphs of tens of thousands of nodes. */
const mostSteps = 1024;
/** Steps times hidden units: a dozen intermediate values of this size are kept for the way back, 200 MB an image. */
const mostUnits = 2 ** 22;

/**
 * Writes LSTM, GRU and RNN layers out step by step, in operators that gradients and relevance pass through.
 * Left as they are: rows of different lengths (sequence_lens that are not constant, or not the whole length), the batchwise
 * layout, which ONNX Runtime does not run either, activations that ONNX does not name, and what is too long.
 * @param facts of every value that was in the model; the length of sequences is taken from them.
 */
export function unrollRecurrent(graph: Graph, facts: Facts): Graph {
  if (!graph.nodes.some((node) => layerOf(node, facts))) return graph;
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'unrolled');
  for (const node of graph.nodes) {
    const layer = layerOf(node, facts);
    if (layer) builder.from({ node: describeNode(node), rule: 'step by step' }, () => addSteps(builder, layer));
    else builder.append(node);
  }
  return builder.build();
}

interface Layer {
  readonly node: Node;
  readonly kind: CellKind;
  readonly length: number;
  /** Hidden units. */
  readonly size: number;
  /** One direction or two, each with the activations of its gates. */
  readonly directions: readonly {
    readonly reversed: boolean;
    readonly activations: readonly Activation[];
  }[];
}

function layerOf(node: Node, facts: Facts): Layer | undefined {
  const kind = node.domain === '' && Object.hasOwn(cellKinds, node.op) ? cellKinds[node.op] : undefined;
  if (!kind || intOf(node, 'layout', 0) !== 0) return undefined;
  const length = facts.get(inputOf(node, 0))?.dims[0];
  const size = facts.get(inputOf(node, 2))?.dims[2];
  const lengths = optionalInputOf(node, 4);
  if (length === undefined || size === undefined || length < 1) return undefined;
  if (lengths !== undefined) {
    const known = facts.get(lengths)?.constant;
    if (!known || toNumbers(known).some((rows) => rows !== length)) return undefined;
  }
  const reversals = reversalsOf(stringOf(node, 'direction', 'forward'));
  const steps = length * reversals.length;
  if (steps > mostSteps || steps * size > mostUnits) return undefined;
  const activations = activationsOf(node, reversals.length, kind.activations);
  const directions = reversals.map((reversed, d) => ({ reversed, activations: activations?.[d] ?? [] }));
  return activations && { node, kind, length, size, directions };
}

function reversalsOf(direction: string): readonly boolean[] {
  return direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
}

/** Adds the layer's steps, and its outputs under their names: Y [t, d, b, h], Y_h and Y_c [d, b, h]. */
function addSteps(builder: GraphBuilder, layer: Layer): void {
  const runs = layer.directions.map((_, d) => runOf(builder, layer, d));
  const [y, yh, yc] = layer.node.outputs;
  if (y) {
    const sequences = runs.map(({ hidden }) => {
      const steps = hidden.map((value) => builder.ops.Unsqueeze(value, builder.ints([0, 1])));
      return builder.add('Concat', steps, { axis: 0 });
    });
    builder.rename(builder.add('Concat', sequences, { axis: 1 }), y);
  }
  const last = (values: readonly string[]) =>
    builder.add(
      'Concat',
      values.map((value) => builder.ops.Unsqueeze(value, builder.ints([0]))),
      { axis: 0 },
    );
  if (yh) builder.rename(last(runs.flatMap(({ end }) => end.hidden ?? [])), yh);
  if (yc) builder.rename(last(runs.flatMap(({ end }) => end.cell ?? [])), yc);
}

/** One direction: the hidden states in the order of time, and the state after its last step. */
function runOf(builder: GraphBuilder, { node, kind, length, size, directions }: Layer, d: number) {
  const { ops } = builder;
  const [x, inputWeights, recurrentWeights] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  const biases = optionalInputOf(node, 3);
  const ofDirection = (value: string) => builder.add('Gather', [value, builder.int(d)], { axis: 0 });
  const given = (position: number) => {
    const value = optionalInputOf(node, position);
    return value === undefined ? undefined : ofDirection(value);
  };
  const matrix = (value: string) => builder.add('Transpose', [ofDirection(value)], { perm: [1, 0] });
  const [own, recurrent] = biases === undefined ? [] : halves(builder, ofDirection(biases), kind.gates * size);
  const apart = kind.ownBias(node);
  const bias = own !== undefined && recurrent !== undefined && !apart ? ops.Add(own, recurrent) : own;
  const product = ops.MatMul(x, matrix(inputWeights));
  const steps = splitSteps(builder, bias === undefined ? product : ops.Add(product, bias), length);
  const call = {
    builder,
    node,
    size,
    weights: { recurrent: matrix(recurrentWeights), bias: apart ? recurrent : undefined, peepholes: given(7) },
    activations: directions[d]?.activations ?? [],
  };
  const reversed = directions[d]?.reversed === true;
  const hidden: string[] = [];
  let state: State = { hidden: given(5), cell: given(6) };
  for (const step of reversed ? steps.toReversed() : steps) {
    const next = kind.step(call, step, state);
    hidden.push(next.hidden);
    state = next;
  }
  return { hidden: reversed ? hidden.toReversed() : hidden, end: state };
}

function halves(builder: GraphBuilder, value: string, size: number): string[] {
  return builder.addMany('Split', [value, builder.ints([size, size])], 2, { axis: 0 });
}

/** [t, b, n] -> t times [b, n] */
function splitSteps(builder: GraphBuilder, value: string, length: number): string[] {
  const sizes = builder.ints(Array.from({ length }, () => 1));
  const slices = builder.addMany('Split', [value, sizes], length, { axis: 0 });
  return slices.map((slice) => builder.add('Squeeze', [slice, builder.ints([0])]));
}
