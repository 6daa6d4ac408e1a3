import { attributes } from '../../onnx/attributes.ts';
import type { Model, Node, ValueInfo } from '../../onnx/graph.ts';
import { float32, int64, type Tensor, zeros } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { initialWeights } from '../initialWeights.ts';

/*
 * What follows the last convolution of a network: nodes that make its answer of it. Added to a model whose only output is that
 * convolution's.
 */

interface Head {
  readonly nodes: readonly Node[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly output: ValueInfo;
}

function withHead(model: Model, { nodes, constants = {}, output }: Head): Model {
  const { graph } = model;
  const initializers = new Map([...graph.initializers, ...Object.entries(constants)]);
  return { ...model, graph: { ...graph, nodes: [...graph.nodes, ...nodes], initializers, outputs: [output] } };
}

type Values = Parameters<typeof attributes>[0];

function node(op: string, inputs: readonly string[], outputs: readonly string[], values: Values = {}): Node {
  return { op, domain: '', name: outputs[0] ?? op, inputs, outputs, attributes: attributes(values) };
}

const only = ({ graph }: Model) => graph.outputs[0]?.name ?? '';

/**
 * [N, K, h, w], logits of how much of a digit k lies at a place -> `counts` [N, K], how many there are, -> `value` [N, 1], what they are
 * worth together.
 */
export function sumOfPlaces(model: Model, worths: readonly number[]): Model {
  return withHead(model, {
    nodes: [
      node('Sigmoid', [only(model)], ['shares']),
      node('ReduceSum', ['shares', 'places'], ['counts'], { keepdims: 0 }),
      node('MatMul', ['counts', 'worths'], ['value']),
    ],
    constants: { places: int64([2, 3]), worths: float32([worths.length, 1], worths) },
    output: { name: 'value', type: 'float32', dims: ['N', 1] },
  });
}

/** [N, K, h, w], how sure each place is of each label -> `scores` [N, K] of the surest place, -> `labels`, their sigmoid. */
export function surestPlace(model: Model, labels: number): Model {
  return withHead(model, {
    nodes: [
      node('GlobalMaxPool', [only(model)], ['surest']),
      node('Flatten', ['surest'], ['scores']),
      node('Sigmoid', ['scores'], ['labels']),
    ],
    output: { name: 'labels', type: 'float32', dims: ['N', labels] },
  });
}

/**
 * [N, K, h, w], scores of what lies around each place -> `classes` [N, K, h b, w b]: those scores, stretched (bilinear), and for each pixel
 * what a 5x5 convolution of the picture adds: the places say which digit it is, the picture where its ink ends.
 */
export function pixelsOfPlaces(
  model: Model,
  block: number,
  dims: readonly [number, number, number],
  seed: number,
): Model {
  const [classes] = dims;
  return withHead(model, {
    nodes: [
      node('Resize', [only(model), '', 'scales'], ['stretched'], { mode: 'linear' }),
      node('Conv', ['input', 'fine.weight', 'fine.bias'], ['fine'], { kernel_shape: [5, 5], pads: [2, 2, 2, 2] }),
      node('Add', ['stretched', 'fine'], ['classes']),
    ],
    constants: {
      scales: float32([4], [1, 1, block, block]),
      'fine.weight': initialWeights([classes, 1, 5, 5], 'glorot', random(seed)),
      'fine.bias': zeros('float32', [classes]),
    },
    output: { name: 'classes', type: 'float32', dims: ['N', ...dims] },
  });
}

interface Grid {
  /** Cells down and across. */
  readonly side: number;
  /** Pixels from one cell to the next. */
  readonly stride: number;
  /** Pixels of a side of the box that a cell of zeros gives. */
  readonly usual: number;
  readonly classes: number;
}

/**
 * [N, 4 + K, g, g] -> `boxes` [N, 4 + K, g^2], in the layout of YOLOv8: for each cell, row by row, centre x and y, width and height in
 * pixels, and a probability for each class. With (i, j) a cell's row and column: x = (j + 1/2 + a) stride, y = (i + 1/2 + b) stride,
 * width = usual e^c, height = usual e^d; the probabilities are sigmoids. `found` is the same with logits in place of probabilities.
 */
export function boxOfEachCell(model: Model, { side, stride, usual, classes }: Grid): Model {
  const cells = Array.from({ length: side * side }, (_, cell) => cell);
  const middles = [cells.map((cell) => (cell % side) + 0.5), cells.map((cell) => Math.floor(cell / side) + 0.5)].flat();
  return withHead(model, {
    nodes: [
      node('Reshape', [only(model), 'cells'], ['raw']),
      node('Split', ['raw', 'parts'], ['offsets', 'growth', 'rawLogits'], { axis: 1 }),
      node('Add', ['offsets', 'middles'], ['centresInCells']),
      node('Mul', ['centresInCells', 'stride'], ['centres']),
      node('Exp', ['growth'], ['factors']),
      node('Mul', ['factors', 'usual'], ['sizes']),
      node('Concat', ['centres', 'sizes', 'rawLogits'], ['found'], { axis: 1 }),
      node('Split', ['found', 'boxAndClasses'], ['places', 'logits'], { axis: 1 }),
      node('Sigmoid', ['logits'], ['probabilities']),
      node('Concat', ['places', 'probabilities'], ['boxes'], { axis: 1 }),
    ],
    constants: {
      cells: int64([0, 4 + classes, side * side]),
      parts: int64([2, 2, classes]),
      boxAndClasses: int64([4, classes]),
      middles: float32([1, 2, side * side], middles),
      stride: float32([1], [stride]),
      usual: float32([1], [usual]),
    },
    output: { name: 'boxes', type: 'float32', dims: ['N', 4 + classes, side * side] },
  });
}
