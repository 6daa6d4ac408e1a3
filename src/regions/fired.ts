import type { Tensor } from '../onnx/tensor.ts';
import { float32, rows } from '../onnx/tensor.ts';
import type { DenseLayer } from './denseLayer.ts';
import type { SplitModel } from './splitModel.ts';

/** A unit that fired for an image. */
export interface FiredUnit {
  readonly unit: number;
  readonly activation: number;
  /** The chosen class's score, minus what it is with the unit at its mean over the images compared with. */
  readonly effect: number;
}

/**
 * The units that fired for one image (a sigmoid above one half, others above zero), largest effect on the chosen class's score
 * first. @param compared the layer's sums for many images, whose means stand for a unit that says nothing.
 */
export async function firedUnits(
  split: SplitModel,
  layer: DenseLayer,
  image: Tensor<'float32'>,
  compared: Tensor<'float32'>,
): Promise<{ readonly chosen: number; readonly fired: readonly FiredUnit[] }> {
  const { units } = layer;
  const sums = await split.sums(await split.inputs(image));
  const { activations, scores } = await split.rest(sums, image);
  const chosen = scores.data.indexOf(Math.max(...scores.data));
  const means = columnMeans(compared);
  const copies = float32([units, units], new Float32Array(units * units));
  for (let unit = 0; unit < units; unit++) {
    copies.data.set(sums.data, unit * units);
    copies.data[unit * units + unit] = means[unit] ?? 0;
  }
  const muted = await split.rest(copies, repeated(image, units));
  const threshold = layer.activation === 'Sigmoid' ? 0.5 : 0;
  const fired = Array.from(activations.data, (activation, unit) => ({
    unit,
    activation,
    effect: (scores.data[chosen] ?? 0) - (rows(muted.scores, unit, unit + 1).data[chosen] ?? 0),
  })).filter(({ activation }) => activation > threshold);
  return { chosen, fired: fired.sort((a, b) => b.effect - a.effect || a.unit - b.unit) };
}

function columnMeans({ data, dims }: Tensor<'float32'>): Float64Array {
  const [count = 1, width = 0] = dims;
  const means = new Float64Array(width);
  data.forEach((value, i) => {
    means[i % width] = (means[i % width] ?? 0) + value / count;
  });
  return means;
}

function repeated(image: Tensor<'float32'>, count: number): Tensor<'float32'> {
  const data = new Float32Array(image.data.length * count);
  for (let i = 0; i < count; i++) data.set(image.data, i * image.data.length);
  return float32([count, ...image.dims.slice(1)], data);
}
