import { inputOf } from '../../../onnx/graphView.ts';
import { isTensorOf, sizeOf } from '../../../onnx/tensor.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { signedPicture } from '../../../report/drawing/mapPicture.ts';
import type { FilterLayer, FilterNetwork } from '../filterNetwork.ts';
import { largestSize } from './withRegions.ts';

/**
 * A filter's weights as a picture, all of a layer on one scale.
 * @param from only its weights for this filter of the layer before; by default the sum over all inputs (colours).
 * @returns undefined for kernels of one place, which are no pictures.
 */
export function kernelPicture(
  { context }: FilterNetwork,
  { node }: FilterLayer,
  filter: number,
  from?: number,
): Picture | undefined {
  const { constant, dims } = context.facts(inputOf(node, 1));
  const [, inputs = 1, height = 1, width = 1] = dims;
  if (!constant || !isTensorOf(constant, 'float32') || dims.length !== 4 || height * width === 1) return undefined;
  const size = height * width;
  const own = constant.data.subarray(filter * inputs * size, (filter + 1) * inputs * size);
  const chosen = from === undefined || from >= inputs ? Array.from({ length: inputs }, (_, i) => i) : [from];
  const values = Float32Array.from({ length: size }, (_, i) =>
    chosen.reduce((sum, input) => sum + (own[input * size + i] ?? 0), 0),
  );
  return signedPicture(values, height, width, largestSize(constant.data) * Math.sqrt(chosen.length));
}

/** Pictures of a layer's filters; none where they are too many to show, or of one place. */
export function layerKernels(network: FilterNetwork, layer: FilterLayer): Picture[] {
  if (layer.filters > mostShown || sizeOf(layer.map) === 0) return [];
  return Array.from({ length: layer.filters }, (_, filter) => kernelPicture(network, layer, filter) ?? []).flat();
}

const mostShown = 64;
