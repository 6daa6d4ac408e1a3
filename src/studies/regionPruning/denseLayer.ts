import type { Classifier } from '../../model/classifier.ts';
import { nodesOnTheWay } from '../../model/layer.ts';
import { floatOf, intOf, intsOf } from '../../onnx/attributes.ts';
import { describeNode, type Node } from '../../onnx/graph.ts';
import { inputOf, nodesView, outputOf, viewOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { float32, isTensorOf, type Tensor } from '../../onnx/tensor.ts';
import { DenseLayerError } from './errors.ts';
import type { FeatureMap } from './featureMap.ts';

/** A dense layer whose inputs are a flattened image or feature map: y = f(W x + b). */
export interface DenseLayer {
  readonly node: Node;
  /** The initializer that holds W, and how it lies there: a row or a column for each unit. */
  readonly weight: Tensor<'float32'>;
  readonly weightName: string;
  readonly stored: 'rows' | 'columns';
  readonly units: number;
  readonly inputs: number;
  /** Value [n, inputs]: x. */
  readonly data: string;
  /** Value [n, units]: W x + b. */
  readonly sums: string;
  /** Value [n, units]: f(W x + b); the sums themselves where no activation follows. */
  readonly activations: string;
  /** Sigmoid, Relu, ...; absent where no activation follows. */
  readonly activation?: string;
  readonly map: FeatureMap;
  /** Value [n, C, H, W] or [n, H, W, C] that is flattened. The model's input: the layer sees the pixels themselves. */
  readonly mapValue: string;
}

/**
 * The first dense layer on the way from the pixels to the scores, or the one named by its node or its output.
 * @throws DenseLayerError
 */
export function findDenseLayer(classifier: Classifier, name?: string): DenseLayer {
  const nodes = nodesOnTheWay(classifier);
  const dense = nodes.filter(({ op, domain }) => domain === '' && (op === 'Gemm' || op === 'MatMul'));
  const node = name === undefined ? dense[0] : dense.find((node) => node.name === name || node.outputs[0] === name);
  if (!node) {
    const list = dense.map(describeNode).join(', ');
    throw new DenseLayerError(
      name === undefined
        ? 'The model has no dense layer (Gemm or MatMul) between its pixels and its scores, so there are no weights to draw as pictures. Region pruning needs a model with one.'
        : `There is no dense layer "${name}". ${list === '' ? 'The model has none.' : `The model has ${list}.`}`,
    );
  }
  return denseLayer(classifier, nodes, node);
}

function denseLayer(classifier: Classifier, nodes: readonly Node[], node: Node): DenseLayer {
  const [data, matrix] = [inputOf(node, 0), inputOf(node, 1)];
  const where = describeNode(node);
  if (node.op === 'Gemm' && (intOf(node, 'transA', 0) !== 0 || floatOf(node, 'alpha', 1) !== 1)) {
    throw new DenseLayerError(`${where} is not a plain dense layer: it has transA or alpha. Export it without.`);
  }
  const found = storedWeight(classifier, matrix);
  if (!found || classifier.facts.get(data)?.dims.length !== 2) {
    throw new DenseLayerError(
      `${where} is not a dense layer over a flattened image: its weights are not constants of the model, or its input is not [n, inputs]. Name another layer with --layer.`,
    );
  }
  const { weight, weightName, transposed } = found;
  const byRows = (node.op === 'Gemm' && intOf(node, 'transB', 0) === 1) !== transposed;
  const [, inputs = 0] = classifier.facts.get(data)?.dims ?? [];
  const [, units = 0] = classifier.facts.get(outputOf(node))?.dims ?? [];
  const { map, mapValue } = findMap(classifier, data, where);
  return {
    node,
    weight,
    weightName,
    stored: byRows ? 'rows' : 'columns',
    units,
    inputs,
    data,
    ...following(classifier, nodes, node),
    map,
    mapValue,
  };
}

interface StoredWeight {
  readonly weight: Tensor<'float32'>;
  readonly weightName: string;
  readonly transposed: boolean;
}

/** The initializer behind a layer's matrix, through constant reshapes (which keep the order) and transpositions. */
function storedWeight({ model, facts }: Classifier, matrix: string): StoredWeight | undefined {
  const view = viewOf(model.graph);
  let name = matrix;
  let transposed = false;
  for (let maker = view.maker(name); maker; maker = view.maker(name)) {
    if (maker.op === 'Transpose' && facts.get(name)?.dims.length === 2) transposed = !transposed;
    else if (maker.op !== 'Reshape' && maker.op !== 'Identity') return undefined;
    name = inputOf(maker, 0);
  }
  const weight = model.graph.initializers.get(name);
  return weight && isTensorOf(weight, 'float32') ? { weight, weightName: name, transposed } : undefined;
}

/** Walks back from a layer's inputs to the picture they were flattened from. */
function findMap(
  { facts, inputName, input, model }: Classifier,
  data: string,
  where: string,
): Pick<DenseLayer, 'map' | 'mapValue'> {
  let name = data;
  for (;;) {
    const dims = facts.get(name)?.dims ?? [];
    const maker = viewOf(model.graph).maker(name);
    if (dims.length === 4) {
      const isImage = name === inputName;
      const channelsLast = isImage
        ? input.layout === 'NHWC'
        : maker?.op === 'Transpose' && `${intsOf(maker, 'perm')}` === '0,2,3,1';
      const [, a = 1, b = 1, c = 1] = dims;
      const map: FeatureMap = channelsLast
        ? { height: a, width: b, channels: c, layout: 'NHWC' }
        : { channels: a, height: b, width: c, layout: 'NCHW' };
      return { map, mapValue: name };
    }
    // An operator on the flattened values that takes each by itself leaves them in their places.
    const moving = maker?.inputs.filter((from) => facts.get(from)?.constant === undefined) ?? [];
    const inPlace = maker && is(maker, 'reshape', 'of dense layers', 'arithmetic');
    const [before] = moving;
    if (!inPlace || moving.length !== 1 || before === undefined) {
      throw new DenseLayerError(
        `The inputs of ${where} are not a flattened image or feature map: ${maker ? describeNode(maker) : `"${name}"`} stands before it. Name another layer with --layer.`,
      );
    }
    name = before;
  }
}

/** The bias that is added after a MatMul, and the activation. */
function following(
  { facts }: Classifier,
  nodes: readonly Node[],
  node: Node,
): Pick<DenseLayer, 'sums' | 'activations' | 'activation'> {
  const { readers } = nodesView(nodes);
  const only = (value: string): Node | undefined => {
    const [reader, another] = readers(value);
    return another ? undefined : reader;
  };
  const product = outputOf(node);
  const bias = only(product);
  const isBias = bias?.op === 'Add' && bias.inputs.some((from) => facts.get(from)?.constant !== undefined);
  const sums = isBias ? (bias.outputs[0] ?? product) : product;
  const next = only(sums);
  return next && is(next, 'of dense layers')
    ? { sums, activations: next.outputs[0] ?? sums, activation: next.op }
    : { sums, activations: sums };
}

/** W as [units, inputs], a row a unit. */
export function rowsByUnit({ stored, units, inputs }: DenseLayer, weight: Tensor<'float32'>): Float32Array {
  return stored === 'rows' ? weight.data : transposed(weight.data, inputs, units);
}

/** What is kept, [units, inputs], as a training mask in the shape of the weights' initializer. */
export function maskOf({ stored, units, inputs, weight }: DenseLayer, kept: Uint8Array): Tensor<'float32'> {
  const rows = Float32Array.from(kept);
  return float32(weight.dims, stored === 'rows' ? rows : transposed(rows, units, inputs));
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column] ?? 0;
  }
  return result;
}
