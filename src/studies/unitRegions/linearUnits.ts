import type { Classifier } from '../../model/classifier.ts';
import { nodesOnTheWay } from '../../model/layer.ts';
import { intOf } from '../../onnx/attributes.ts';
import { describeNode, type Node } from '../../onnx/graph.ts';
import { inputOf, outputOf, viewOf } from '../../onnx/graphView.ts';
import { float32, isTensorOf, type Tensor } from '../../onnx/tensor.ts';
import { windowOf } from '../../transforms/gradient/window.ts';
import { type DenseLayer, findDenseLayer, rowsByUnit } from '../regionPruning/denseLayer.ts';
import { DenseLayerError } from '../regionPruning/errors.ts';
import { type FeatureMap, inputCount, placeOf } from '../regionPruning/featureMap.ts';
import { LinearUnitsError } from './errors.ts';

type Matrix = Tensor<'float32'>;

/** Units whose sums, before any activation, are weighted sums of a map's values. */
export interface LinearUnits {
  readonly name: string;
  /** `dense`: over a flattened map; `head`: over the means of a map's channels; `patches`: over each patch of an image. */
  readonly kind: 'dense' | 'head' | 'patches';
  readonly units: number;
  /** The map that each unit sees, channels first. */
  readonly map: FeatureMap;
  /** [units, inputs], inputs in the map's order. */
  readonly weights: Float32Array;
  /** The value of the graph that is read. */
  readonly value: string;
  /** The value that has the units' sums. */
  readonly sums: string;
  /** What the value holds, as rows of the map: [n, ...] -> [rows, inputs]. Of patches, several rows an image. */
  readonly rowsOf: (values: Matrix) => Matrix;
  /** The sums in the same rows: [n, ...] -> [rows, units]. */
  readonly sumsOf: (sums: Matrix) => Matrix;
  /** Of dense layers: the layer, through which activations and scores can be followed. */
  readonly dense?: DenseLayer;
}

/**
 * The units that see pixels or a map directly: those of the first dense layer over a flattened map, or over the means of a map's
 * channels; without one, those of the first convolution that cuts the image into patches, as vision transformers have it.
 * @param name another layer, by its node or its output.
 * @throws LinearUnitsError, DenseLayerError
 */
export function findLinearUnits(classifier: Classifier, name?: string): LinearUnits {
  const convolutions = nodesOnTheWay(classifier).filter(({ op }) => op === 'Conv');
  const named = convolutions.find((node) => name !== undefined && [node.name, node.outputs[0]].includes(name));
  if (named) return patchUnits(classifier, named);
  try {
    return denseUnits(classifier, findDenseLayer(classifier, name));
  } catch (error) {
    const patches = convolutions.find((node) => cutsPatches(classifier, node));
    if (!(error instanceof DenseLayerError) || name !== undefined || !patches) throw error;
    return patchUnits(classifier, patches);
  }
}

function denseUnits(classifier: Classifier, layer: DenseLayer): LinearUnits {
  const pooled = viewOf(classifier.model.graph).maker(layer.mapValue);
  const { units, map, sums } = layer;
  const weights = rowsByUnit(layer, layer.weight);
  const common = { name: layer.node.name || sums, units, sums, sumsOf: (values: Matrix) => values, dense: layer };
  if (pooled?.op === 'GlobalAveragePool') {
    const value = inputOf(pooled, 0);
    const [, channels = 1, height = 1, width = 1] = classifier.facts.get(value)?.dims ?? [];
    const places = height * width;
    const spread = Float32Array.from(
      { length: units * channels * places },
      (_, i) => (weights[Math.floor(i / places)] ?? 0) / places,
    );
    const wide: FeatureMap = { channels, height, width, layout: 'NCHW' };
    return { ...common, kind: 'head', map: wide, weights: spread, value, rowsOf: flat };
  }
  const first: FeatureMap = { ...map, layout: 'NCHW' };
  const order = channelsFirst(map);
  return {
    ...common,
    kind: 'dense',
    map: first,
    weights: reordered(weights, order),
    value: layer.data,
    rowsOf: (values) => {
      const rows = flat(values);
      return float32(rows.dims, reordered(rows.data, order));
    },
  };
}

/** Whether a convolution's windows stand side by side, each pixel in one of them. */
function cutsPatches({ facts, inputName, input }: Classifier, node: Node): boolean {
  const [, , ...kernel] = facts.get(inputOf(node, 1))?.dims ?? [];
  const { strides, dilations, padsBegin, padsEnd } = windowOf(node, [input.height, input.width], kernel);
  const single = [...padsBegin, ...padsEnd].every((pad) => pad === 0) && dilations.every((step) => step === 1);
  const direct = inputOf(node, 0) === inputName && intOf(node, 'group', 1) === 1;
  return direct && single && kernel.length === 2 && kernel.every((size, i) => size > 1 && size === strides[i]);
}

function patchUnits(classifier: Classifier, node: Node): LinearUnits {
  const { model, facts } = classifier;
  const weight = model.graph.initializers.get(inputOf(node, 1));
  if (!cutsPatches(classifier, node) || !weight || !isTensorOf(weight, 'float32')) {
    throw new LinearUnitsError(
      `${describeNode(node)} does not cut the image into patches side by side. Name a dense layer, or a convolution over the image whose kernel is as large as its stride.`,
    );
  }
  const [units = 0, channels = 1, height = 1, width = 1] = weight.dims;
  const sums = outputOf(node);
  const [, , down = 1, across = 1] = facts.get(sums)?.dims ?? [];
  return {
    name: node.name || sums,
    kind: 'patches',
    units,
    map: { channels, height, width, layout: 'NCHW' },
    weights: weight.data,
    value: inputOf(node, 0),
    sums,
    rowsOf: (images) => patchesOf(images, { down, across, height, width }),
    sumsOf: (values) => patchesOf(values, { down, across, height: 1, width: 1 }),
  };
}

interface Patches {
  readonly down: number;
  readonly across: number;
  readonly height: number;
  readonly width: number;
}

/** [n, C, H, W] as a row a patch: [n * down * across, C * height * width]. */
function patchesOf({ data, dims }: Matrix, { down, across, height, width }: Patches): Matrix {
  const [count = 0, channels = 1, imageHeight = 1, imageWidth = 1] = dims;
  const result = new Float32Array(count * down * across * channels * height * width);
  let at = 0;
  for (let image = 0; image < count; image++) {
    for (let patch = 0; patch < down * across; patch++) {
      const [top, left] = [Math.floor(patch / across) * height, (patch % across) * width];
      for (let channel = 0; channel < channels; channel++) {
        for (let y = top; y < top + height; y++) {
          const from = ((image * channels + channel) * imageHeight + y) * imageWidth + left;
          result.set(data.subarray(from, from + width), at);
          at += width;
        }
      }
    }
  }
  return float32([count * down * across, channels * height * width], result);
}

function flat({ data, dims }: Matrix): Matrix {
  const [count = 0] = dims;
  return float32([count, count === 0 ? 0 : data.length / count], data);
}

/** Where each input lies once channels come first; undefined where they do. */
function channelsFirst(map: FeatureMap): Int32Array | undefined {
  if (map.layout === 'NCHW' || map.channels === 1) return undefined;
  return Int32Array.from({ length: inputCount(map) }, (_, input) => {
    const { channel, y, x } = placeOf(map, input);
    return (channel * map.height + y) * map.width + x;
  });
}

function reordered(rows: Float32Array, order: Int32Array | undefined): Float32Array {
  if (!order) return rows;
  const result = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += order.length) {
    order.forEach((to, from) => {
      result[start + to] = rows[start + from] ?? 0;
    });
  }
  return result;
}
